/** People: faces, cards, the institution's tree, requests, and choosing somebody or some chat. */

import { lazy } from "solid-js";
import "./view.css";

export { AskUnit } from "./AskUnit";
export { Away } from "./CardFacts";
export { ChatPicker } from "./ChatPicker";
export { countWaiting, deputyNow, findChats, reached } from "./data";
export { allowDrop, dragged, everyoneOf } from "./drag";
export { Face } from "./Face";
export { GroupKindChoice } from "./GroupKindChoice";
export { inviteEach, setTaking } from "./invite";
export { MayInvite } from "./MayInvite";
export { useName } from "./names";
export { openPerson, PersonCards, presenceText } from "./PersonCard";
export { PersonPicker } from "./PersonPicker";
export { postNote, usePost } from "./posts";
export { Refusals } from "./Refusals";
export { Roster } from "./Roster";
export { Strangers } from "./Strangers";
export { TakeIn } from "./TakeIn";
export { OwnUnits } from "./UnitRequests";
export { findUnits } from "./units";

export const PeopleView = lazy(async () => ({
  default: (await import("./PeopleView")).PeopleView,
}));
