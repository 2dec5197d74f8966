import { createMemo, createSignal, Show } from "solid-js";
import type { ItemRecord } from "../../../engine/records";
import { beginningOf } from "../../../ui/richtext/cut";
import { isOnlyEmoji, linkify, type Node, parseHtml } from "../../../ui/richtext/parse";
import { RichText } from "../../../ui/richtext/RichText";
import { chatPlace } from "../../../ui/router";
import { openPerson } from "../../people";
import { useConversation } from "../conversation";
import { parseMatrixLink } from "../links";
import { markNames, namedIn } from "../named";
import { word } from "../words";
import { Emoticon } from "./Emoticon";
import { LinkPreview } from "./LinkPreview";

/** Plain addresses inside formatted text become links too. */
function linkifyTree(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (typeof node === "string") return linkify(node);
    if (node.tag === "a" || node.tag === "code" || node.tag === "pre") return [node];
    return [{ ...node, children: linkifyTree(node.children) }];
  });
}

const drawEmoticon = (mxc: string, name: string) =>
  (<Emoticon mxc={mxc} name={name} />) as unknown as globalThis.Node;

/** Long messages that were unfolded stay so while they are scrolled out of view. */
const unfolded = new Set<string>();

/** The words of a message, or the caption of a file. */
export function MessageText(props: { item: ItemRecord }) {
  const conversation = useConversation();
  const body = () => String(props.item.content.body ?? "");
  const html = () => {
    const { format, formatted_body } = props.item.content;
    return format === "org.matrix.custom.html" && typeof formatted_body === "string"
      ? formatted_body
      : undefined;
  };
  /** It calls me, and not by my own name. */
  const callsMe = () => {
    const named = props.item.content["m.mentions"] as { user_ids?: readonly string[] } | undefined;
    return props.item.mentionsMe && !named?.user_ids?.includes(conversation.me());
  };
  const nodes = createMemo(() => {
    const formatted = html();
    const tree = formatted === undefined ? linkify(body()) : linkifyTree(parseHtml(formatted));
    return markNames(tree, namedIn(props.item.content), callsMe());
  });
  const beginning = createMemo(() => beginningOf(nodes()));
  const [isOpen, setIsOpen] = createSignal(unfolded.has(props.item.id));
  const unfold = () => {
    const next = !isOpen();
    if (next) unfolded.add(props.item.id);
    else unfolded.delete(props.item.id);
    // Who reads on from here does not want to be at the end of it.
    conversation.stay();
    setIsOpen(next);
  };
  const shown = () => (isOpen() ? nodes() : (beginning() ?? nodes()));
  const describe = (href: string) => {
    const link = parseMatrixLink(href);
    if (!link) return undefined;
    if (link.kind === "room") return { class: "pill", href: chatPlace(link.id, link.eventId) };
    const name = conversation.nameOf(link.id);
    return {
      class: link.id === conversation.me() ? "pill me" : "pill",
      href: `#/user/${link.id}`,
      ...(name ? { text: `@${name}` } : {}),
    };
  };
  const press = (event: MouseEvent) => {
    const pill = (event.target as HTMLElement).closest?.<HTMLAnchorElement>('a[href^="#/user/"]');
    if (!pill) return;
    event.preventDefault();
    openPerson((pill.getAttribute("href") ?? "").slice("#/user/".length), props.item.roomId);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: links inside take the focus and the keys
    // biome-ignore lint/a11y/useKeyWithClickEvents: a link's Enter comes as a click
    <div
      class="rich"
      classList={{
        html: html() !== undefined,
        "big-emoji": html() === undefined && isOnlyEmoji(body()),
      }}
      onClick={press}
    >
      <Show when={props.item.content.msgtype === "m.emote"}>
        <em>{props.item.senderName} </em>
      </Show>
      <RichText nodes={shown()} describe={describe} picture={drawEmoticon} />
      <Show when={beginning()}>
        <button type="button" class="unfold" aria-expanded={isOpen()} onClick={unfold}>
          {word(isOpen() ? "foldText" : "unfoldText")}
        </button>
      </Show>
    </div>
  );
}

export function TextItem(props: { item: ItemRecord }) {
  return (
    <>
      <MessageText item={props.item} />
      <LinkPreview item={props.item} />
    </>
  );
}
