/** Surveys as the server tells of them: what is asked, what was answered, and shares of it. Pure. */

export const SURVEYS = "/_depesha/v1/surveys";
/** Account data of a sync: which surveys are to be read anew. */
export const NEWS = "org.depesha.surveys";
/** Key of the content of a message that leads to a survey. */
export const MARK = "org.depesha.survey";
export const MOST_CHOICES = 20;
export const MOST_QUESTIONS = 30;

export type Kind = "one" | "many" | "scale" | "text";

export interface Question {
  readonly text: string;
  readonly kind: Kind;
  readonly required?: boolean;
  readonly choices?: readonly string[];
  readonly steps?: number;
  readonly least?: string;
  readonly most?: string;
}

/** Numbers of choices from 0, or words. */
export type Answer = readonly number[] | string;

export interface SurveyLine {
  readonly survey_id: string;
  readonly title: string;
  readonly about: string;
  readonly anonymous: boolean;
  readonly changeable: boolean;
  readonly results: "author" | "all";
  readonly ts: number;
  readonly until_ts: number;
  readonly is_over: boolean;
  readonly is_mine: boolean;
  readonly has_answered: boolean;
  readonly may_answer: boolean;
  readonly may_see_results: boolean;
  readonly people: number;
  readonly answered: number;
  readonly room_id?: string;
  readonly author?: string;
}

export interface Survey extends SurveyLine {
  readonly questions: readonly Question[];
  readonly answers?: readonly Answer[];
}

export interface Come {
  readonly said: number;
  readonly counts: readonly number[];
  readonly texts: readonly string[];
}

export interface UnitSums {
  readonly unit_id: number;
  readonly path: readonly string[];
  readonly answered: number;
  readonly said: readonly number[];
  readonly counts: readonly (readonly number[])[];
}

export interface Results {
  readonly answered: number;
  readonly questions: readonly Come[];
  readonly units?: readonly UnitSums[];
  readonly people?: readonly { user_id: string; ts: number; answers: readonly Answer[] }[];
}

export const surveyPath = (id: string) => `${SURVEYS}/${encodeURIComponent(id)}`;

/** The survey that a message leads to. */
export function surveyIn(content: Readonly<Record<string, unknown>>): string | undefined {
  const mark = content[MARK];
  if (typeof mark !== "object" || mark === null) return undefined;
  const id = (mark as Record<string, unknown>).survey_id;
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** Whether the news of a sync are of this survey; without an id, of any. */
export function isNews(content: unknown, id?: string): boolean {
  const named = (content as { surveys?: unknown } | null)?.surveys;
  return Array.isArray(named) && (id === undefined || named.includes(id));
}

/** What can be chosen, in words. */
export function choicesOf(question: Question): readonly string[] {
  if (question.kind !== "scale") return question.choices ?? [];
  const steps = question.steps ?? 0;
  return Array.from({ length: steps }, (_, place) => {
    const end = place === 0 ? question.least : place === steps - 1 ? question.most : undefined;
    return end ? `${place + 1} — ${end}` : String(place + 1);
  });
}

export const isAnswer = (answer: Answer | undefined) => (answer?.length ?? 0) > 0;

/** The first question that must be answered and is not; -1 where there is none. */
export function firstMissing(questions: readonly Question[], answers: readonly Answer[]): number {
  return questions.findIndex(
    ({ required }, place) => required !== false && !isAnswer(trimmed(answers[place])),
  );
}

const trimmed = (answer: Answer | undefined) =>
  typeof answer === "string" ? answer.trim() : answer;

/** The answer to a question after a press on a choice. */
export function choose(question: Question, before: Answer | undefined, choice: number): Answer {
  const chosen = Array.isArray(before) ? (before as readonly number[]) : [];
  if (question.kind !== "many")
    return chosen.includes(choice) && question.required === false ? [] : [choice];
  return chosen.includes(choice)
    ? chosen.filter((other) => other !== choice)
    : [...chosen, choice].sort((a, b) => a - b);
}

export interface Bar {
  readonly label: string;
  readonly count: number;
  /** Of all who have answered the question, 0 to 100. */
  readonly share: number;
  readonly best: boolean;
}

/** A bar for each choice, against all who have answered the question. */
export function barsOf(question: Question, come: Pick<Come, "said" | "counts">): Bar[] {
  const best = Math.max(...come.counts, 1);
  return choicesOf(question).map((label, place) => {
    const count = come.counts[place] ?? 0;
    const share = come.said > 0 ? Math.round((100 * count) / come.said) : 0;
    return { label, count, share, best: count === best };
  });
}

/** The middle of what was said on a scale, with one digit; undefined where nothing was. */
export function averageOf(question: Question, come: Pick<Come, "said" | "counts">) {
  if (question.kind !== "scale" || come.said === 0) return undefined;
  const sum = come.counts.reduce((all, count, place) => all + count * (place + 1), 0);
  return Math.round((10 * sum) / come.said) / 10;
}

/** An answer in words, as a line of who has answered what. */
export function answerText(question: Question, answer: Answer | undefined): string {
  if (typeof answer === "string") return answer;
  const choices = choicesOf(question);
  return (answer ?? []).map((place) => choices[place] ?? "").join(", ");
}

// What is being made.

export interface QuestionDraft {
  text: string;
  kind: Kind;
  required: boolean;
  choices: readonly string[];
  steps: number;
  least: string;
  most: string;
}

export const newQuestion = (): QuestionDraft => ({
  text: "",
  kind: "one",
  required: true,
  choices: ["", ""],
  steps: 5,
  least: "",
  most: "",
});

const filled = (texts: readonly string[]) => texts.map((text) => text.trim()).filter(Boolean);

/** Whether the question can be asked. */
export function isWhole(draft: QuestionDraft): boolean {
  const chosen = draft.kind === "one" || draft.kind === "many";
  return draft.text.trim() !== "" && (!chosen || filled(draft.choices).length >= 2);
}

/** The question as the server takes it. */
export function questionOf(draft: QuestionDraft): Question {
  const { kind, required } = draft;
  const asked = { text: draft.text.trim(), kind, required };
  if (kind === "text") return asked;
  if (kind === "scale")
    return { ...asked, steps: draft.steps, least: draft.least.trim(), most: draft.most.trim() };
  return { ...asked, choices: filled(draft.choices) };
}

/** The content of the message that leads to a survey, for clients that know no surveys too. */
export function surveyContent(id: string, text: string): Record<string, unknown> {
  return { msgtype: "m.text", body: text, [MARK]: { survey_id: id } };
}

/** How the lists are told apart: what waits, what is one's own, and the rest. */
export function sorted(lines: readonly SurveyLine[]) {
  const waits = (line: SurveyLine) => line.may_answer && !line.has_answered;
  return {
    waiting: lines.filter(waits),
    mine: lines.filter((line) => line.is_mine && !waits(line)),
    rest: lines.filter((line) => !line.is_mine && !waits(line)),
  };
}
