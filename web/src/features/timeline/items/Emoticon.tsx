import { useMedia } from "../../../bridge/media";

/** A picture within a line of text (MSC2545), as high as the line. */
export function Emoticon(props: { mxc: string; name: string }) {
  const media = useMedia(() => ({ source: { mxc: props.mxc }, mimetype: "image/webp" }));
  return (
    <img class="emoticon" src={media.url()} alt={props.name} title={props.name} draggable={false} />
  );
}
