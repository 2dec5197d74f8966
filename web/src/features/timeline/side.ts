import { chatPlace, go, place } from "../../ui/router";

/** Opens one of the side panes, or closes it when it is open. */
export function toggleSide(roomId: string, side: string): void {
  const open = place().query.side === side;
  go(chatPlace(roomId, undefined, open ? {} : { side }));
}
