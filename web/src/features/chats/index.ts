/** The list of chats: folders, search, invitations, and how a chat begins. */

export { chatName } from "./ChatLine";
export { chatActions } from "./commands";
export { askSearch, openDialog, openJoin } from "./dialogs";
export { FOLDERS, readFolders } from "./folders";
export { ChatsView, stepChat } from "./View";
