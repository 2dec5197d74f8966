import { pathOf } from "./data";
import "./view.css";

/** Light modules that scanners want around a code. */
const MARGIN = 4;

/** A code, dark on light in every theme. `modules` row by row, 1 for dark. */
export function CodePicture(props: {
  side: number;
  modules: ArrayLike<number | boolean>;
  label: string;
}) {
  const whole = () => props.side + 2 * MARGIN;
  return (
    <svg
      class="code-picture"
      viewBox={`${-MARGIN} ${-MARGIN} ${whole()} ${whole()}`}
      role="img"
      aria-label={props.label}
      shape-rendering="crispEdges"
    >
      <rect x={-MARGIN} y={-MARGIN} width={whole()} height={whole()} fill="#fff" />
      <path d={pathOf(props.side, (at) => Boolean(props.modules[at]))} fill="#000" />
    </svg>
  );
}
