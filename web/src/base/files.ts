/** What a message is that carries a file. Pure. */

const FILES = ["m.image", "m.video", "m.file", "m.audio"];

/** Whether a message is a file, whose words are its caption; a voice message has none. */
export function isFile(content: Readonly<Record<string, unknown>>): boolean {
  const spoken = "org.matrix.msc3245.voice" in content || "m.voice" in content;
  const round = content["org.interferolog.circle"] === true;
  return FILES.includes(String(content.msgtype)) && !spoken && !round;
}
