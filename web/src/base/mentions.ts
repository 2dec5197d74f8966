/** What mentions are called, in contents and in texts. */

/** Key of the content that mentions units by number and a chat's named groups by name. */
export const MENTIONS = "org.depesha.mentions";

/** The names by which all are mentioned, in either language. */
export const EVERYONE = ["room", "все", "all"];
