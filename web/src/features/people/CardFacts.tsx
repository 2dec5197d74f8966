import { For, type JSX, Show } from "solid-js";
import { dayLabel } from "../../base/format";
import { useValue } from "../../bridge/client";
import type { CardRecord, PostRecord, WhoRecord } from "../../engine/records";
import { NoticeBox } from "../../ui/controls";
import { Icon, type IconName } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { deputyNow, placesOf } from "./data";
import { useName } from "./names";
import { word } from "./words";

/** What the institution says of somebody: posts, manager, room, telephone, deputies. */
export function CardFacts(props: {
  who: WhoRecord & Partial<CardRecord>;
  onPerson: (id: string) => void;
}) {
  const who = () => props.who;
  return (
    <dl class="facts">
      <For each={placesOf(who())}>{(place) => <Place {...place} />}</For>
      <Show when={who().manager}>
        {(id) => (
          <Fact icon="star" label={word("manager")}>
            <PersonLink id={id()} onPerson={props.onPerson} />
          </Fact>
        )}
      </Show>
      <Show when={who().phone}>
        {(phone) => (
          <Fact icon="device" label={word("phone")}>
            <a href={`tel:${phone().replace(/[^+\d,;*#]/g, "")}`}>{phone()}</a>
          </Fact>
        )}
      </Show>
      <Show when={who().room}>
        {(room) => (
          <Fact icon="location" label={word("room")}>
            {room()}
          </Fact>
        )}
      </Show>
      <For each={who().deputies}>
        {(one) => (
          <Fact
            icon="clock"
            label={word(one.since > now() ? "deputyDates" : "deputyUntil", {
              since: dayLabel(language(), one.since, now()),
              until: dayLabel(language(), one.until, now()),
            })}
          >
            <PersonLink id={one.id} onPerson={props.onPerson} />
          </Fact>
        )}
      </For>
    </dl>
  );
}

function Place(props: { post: PostRecord; isManager: boolean }) {
  const label = () =>
    [props.post.title, props.isManager && word("managerMark")].filter(Boolean).join(" · ");
  return (
    <Fact icon={props.isManager ? "people" : "person"} label={label() || word("post")}>
      {props.post.path.join(" › ")}
    </Fact>
  );
}

function Fact(props: { icon: IconName; label: string; children: JSX.Element }) {
  return (
    <div class="fact">
      <dt>
        <Icon name={props.icon} class="icon-s" />
        {props.label}
      </dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function PersonLink(props: { id: string; onPerson: (id: string) => void }) {
  const name = useName(() => props.id);
  return (
    <button type="button" class="link" onClick={() => props.onPerson(props.id)}>
      {name()}
    </button>
  );
}

/** That somebody is away now, and who stands in; else what is inside. */
export function Away(props: { userId: string | undefined; children?: JSX.Element }) {
  const card = useValue("card", () =>
    props.userId === undefined ? undefined : { userId: props.userId },
  );
  const away = () => {
    const known = card();
    return known ? deputyNow(known, now()) : undefined;
  };
  const name = useName(() => away()?.id);
  return (
    <Show when={away()} fallback={props.children}>
      {(one) => (
        <>{word("awayUntil", { until: dayLabel(language(), one().until, now()), name: name() })}</>
      )}
    </Show>
  );
}

/** The same as a box that is seen. */
export function AwayBox(props: { who: WhoRecord }) {
  return (
    <Show when={deputyNow(props.who, now())}>
      <NoticeBox icon="clock">
        <Away userId={props.who.id} />
      </NoticeBox>
    </Show>
  );
}
