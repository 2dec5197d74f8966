/** People: faces, cards, and choosing somebody or some chat. */

import "./view.css";

export { ChatPicker } from "./ChatPicker";
export { findChats } from "./data";
export { Face } from "./Face";
export { openPerson, PersonCards, presenceText } from "./PersonCard";
export { PersonPicker } from "./PersonPicker";
