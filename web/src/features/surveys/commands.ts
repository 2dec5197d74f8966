/** What can be done with a survey: its menu and its page read this list. */

import type { Client } from "../../bridge/client";
import type { Action } from "../../ui/action";
import { ask } from "../../ui/Confirm";
import { language } from "../../ui/preferences";
import { go } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { call } from "./ask";
import {
  type Answer,
  type Question,
  type Results,
  SURVEYS,
  type Survey,
  surveyContent,
  surveyPath,
} from "./data";
import { drawResults, toPng } from "./picture";
import { noteOf } from "./told";
import { word } from "./words";

/** Gives the answers; false where the server refused. */
export async function sendAnswers(
  client: Client,
  survey: Survey,
  answers: readonly Answer[],
): Promise<boolean> {
  const path = `${surveyPath(survey.survey_id)}/answer`;
  return (await call(client, "PUT", path, { answers })) !== undefined;
}

/** Puts the survey into a chat, as a message that other clients show as words and a link. */
export function sendCard(
  client: Client,
  where: { roomId: string; threadId?: string },
  survey: { id: string; title: string },
) {
  const link = `${location.origin}${location.pathname}#/surveys/${survey.id}`;
  const content = surveyContent(survey.id, `${word("body", { title: survey.title })}\n${link}`);
  return orTell(client.command("send.event", { ...where, type: "m.room.message", content }));
}

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const fileName = (title: string) =>
  title
    .replaceAll(/[\\/:*?"<>|\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, 80) || word("survey");

/** The results drawn, with their size. */
export function draw(survey: Survey, results: Results) {
  return drawResults(survey.questions, results, {
    title: survey.title,
    note: noteOf(survey),
    said: (count) => word("said", { count }),
    average: (value) => word("average", { value: value.toLocaleString(language()) }),
    more: (count) => word("moreWords", { count }),
  });
}

export interface Around {
  client: Client;
  survey: () => Survey;
  results: () => Results | undefined;
  /** Chooses a chat for the picture. */
  toChat: () => void;
  print: () => void;
}

async function png(around: Around): Promise<Blob | undefined> {
  const results = around.results();
  const blob = results && (await toPng(draw(around.survey(), results)));
  if (!blob) tell(word("notDrawn"));
  return blob;
}

/** Sends the results into a chat as a picture. */
export async function sendPicture(around: Around, roomId: string): Promise<void> {
  const results = around.results();
  const blob = await png(around);
  if (!results || !blob) return;
  const { width, height } = draw(around.survey(), results);
  const { title } = around.survey();
  const picture = {
    blob,
    name: `${fileName(title)}.png`,
    mimetype: "image/png",
    kind: "image" as const,
    width: 2 * width,
    height: 2 * height,
  };
  const sent = await orTell(
    around.client.command("send.files", {
      roomId,
      files: [picture],
      caption: { msgtype: "m.text", body: title },
    }),
  );
  if (sent) tell(word("pictureSent"));
}

export function surveyActions(around: Around): readonly Action[] {
  const { client, survey, results } = around;
  const path = () => surveyPath(survey().survey_id);
  const isMine = () => survey().is_mine;
  const hasCome = () => results() !== undefined;
  return [
    {
      id: "remind",
      icon: "bell",
      label: () => word("remind"),
      when: () => isMine() && !survey().is_over && survey().room_id === undefined,
      run: async () => {
        if (await call(client, "POST", `${path()}/remind`, {})) tell(word("reminded"));
      },
    },
    {
      id: "again",
      icon: "send",
      label: () => word("sendAgain"),
      when: () => isMine() && !survey().is_over && survey().room_id !== undefined,
      run: async () => {
        const { room_id: roomId, survey_id: id, title } = survey();
        if (roomId && (await sendCard(client, { roomId }, { id, title }))) tell(word("sentAgain"));
      },
    },
    {
      id: "toChat",
      icon: "chat",
      label: () => word("pictureToChat"),
      when: hasCome,
      run: around.toChat,
    },
    {
      id: "copy",
      icon: "copy",
      label: () => word("copyPicture"),
      when: () => hasCome() && "ClipboardItem" in window,
      run: async () => {
        const blob = await png(around);
        if (!blob) return;
        try {
          await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
          tell(word("copied"));
        } catch {
          tell(word("notCopied"));
        }
      },
    },
    {
      id: "png",
      icon: "image",
      label: () => word("savePng"),
      when: hasCome,
      run: async () => {
        const blob = await png(around);
        if (blob) save(blob, `${fileName(survey().title)}.png`);
      },
    },
    {
      id: "svg",
      icon: "image",
      label: () => word("saveSvg"),
      when: hasCome,
      run: () => {
        const come = results();
        if (!come) return;
        const { svg } = draw(survey(), come);
        save(new Blob([svg], { type: "image/svg+xml" }), `${fileName(survey().title)}.svg`);
      },
    },
    {
      id: "table",
      icon: "file",
      label: () => word("saveTable"),
      when: () => isMine() && hasCome(),
      run: async () => {
        const file = await orTell(client.command("own.file", { path: `${path()}/table` }));
        if (file) save(file.blob, `${fileName(survey().title)}.csv`);
      },
    },
    { id: "print", icon: "file", label: () => word("print"), when: hasCome, run: around.print },
    {
      id: "end",
      icon: "stop",
      label: () => word("end"),
      apart: true,
      when: () => isMine() && !survey().is_over,
      run: async () => {
        const yes = await ask({ title: word("end"), text: word("endText"), yes: word("endYes") });
        if (yes !== null) await call(client, "POST", `${path()}/end`, {});
      },
    },
    {
      id: "delete",
      icon: "trash",
      danger: true,
      label: () => word("delete"),
      when: isMine,
      run: async () => {
        const yes = await ask({
          title: word("delete"),
          text: word("deleteText"),
          yes: word("deleteYes"),
          danger: true,
        });
        if (yes !== null && (await call(client, "DELETE", path()))) go("#/surveys", true);
      },
    },
  ];
}

export interface NewBody {
  title: string;
  about: string;
  questions: readonly Question[];
  anonymous: boolean;
  changeable: boolean;
  results: "author" | "all";
  until_ts: number;
  units: readonly number[];
  users: readonly string[];
}

/** Makes a survey, and puts it into the chat that it is for; its id, or undefined. */
export async function createSurvey(
  client: Client,
  where: { roomId: string; threadId?: string } | undefined,
  body: NewBody,
): Promise<string | undefined> {
  const whole = where ? { ...body, room_id: where.roomId } : body;
  const made = await call<{ survey_id: string }>(client, "POST", SURVEYS, whole);
  if (!made) return undefined;
  const { survey_id: id } = made;
  if (where) await sendCard(client, where, { id, title: body.title });
  return id;
}
