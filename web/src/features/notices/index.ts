/** What must be told of oneself: what awaits one's acknowledgement, and for whom one stands in. */

import "./view.css";

export { Awaiting } from "./Awaiting";
export { StandsIn } from "./StandsIn";
