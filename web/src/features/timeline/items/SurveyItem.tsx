import { Suspense } from "solid-js";
import type { ItemRecord } from "../../../engine/records";
import { SurveyCard, surveyIn } from "../../surveys";
import { TextItem } from "./TextItem";

/** Whether a message leads to a survey. */
export const isSurvey = (item: ItemRecord) =>
  item.type === "m.room.message" && surveyIn(item.content) !== undefined;

/** A survey; while nothing is known of it, the words of the message. */
export function SurveyItem(props: { item: ItemRecord }) {
  const words = () => <TextItem item={props.item} />;
  return (
    <Suspense fallback={words()}>
      <SurveyCard id={surveyIn(props.item.content) ?? ""} fallback={words()} />
    </Suspense>
  );
}
