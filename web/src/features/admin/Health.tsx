import { createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { fileSize } from "../../base/format";
import { formatNumber } from "../../base/i18n";
import { NoticeBox } from "../../ui/controls";
import { language } from "../../ui/preferences";
import { ADMIN, useServer } from "./ask";
import {
  certificateWarning,
  chartPoints,
  type Figure,
  hasWhole,
  readFigures,
  type Sample,
  series,
  withSample,
} from "./data";
import { me } from "./rights";
import en from "./strings.en.json";
import { Trials } from "./Trials";
import { word } from "./words";

const EVERY = 5_000;
const WIDTH = 240;
const HEIGHT = 56;
const LAG = "depesha_loop_lag_seconds";
const CPU = "process_cpu_seconds";
/** What is counted up although it is told as a gauge. */
const GROWING: ReadonlySet<string> = new Set(["depesha_log_position", CPU]);

interface Answer {
  server_name: string;
  version: string;
  database: string;
  ts: number;
  metrics: string;
}

/** The figures of the server, each as a small chart of the last minutes. */
export function Health() {
  const server = useServer();
  const [about, setAbout] = createSignal<Answer>();
  const [figures, setFigures] = createSignal<readonly Figure[]>([]);
  const [samples, setSamples] = createSignal<readonly Sample[]>([]);
  const load = async () => {
    const answer = await server.call<Answer>("GET", `${ADMIN}/health`);
    if (!answer) return;
    const found = readFigures(answer.metrics);
    const values = Object.fromEntries(found.map(({ name, value }) => [name, value]));
    setAbout(answer);
    setFigures(found);
    setSamples((before) => withSample(before, { ts: answer.ts, values }));
  };
  onMount(() => {
    load();
    const timer = setInterval(load, EVERY);
    onCleanup(() => clearInterval(timer));
  });
  return (
    <Show when={about()}>
      {(answer) => (
        <>
          <dl class="admin-figures">
            <div>
              <dt>{word("serverName")}</dt>
              <dd>{answer().server_name}</dd>
            </div>
            <div>
              <dt>{word("version")}</dt>
              <dd>{answer().version}</dd>
            </div>
            <div>
              <dt>{word("database")}</dt>
              <dd>{answer().database}</dd>
            </div>
          </dl>
          <Show when={certificateWarning(figures())}>
            {(warning) => (
              <NoticeBox look="bad">
                {warning().over
                  ? word("certificateOver")
                  : word("certificateEnds", { count: warning().days })}{" "}
                {word(warning().asked ? "certificateAsked" : "certificatePut")}
              </NoticeBox>
            )}
          </Show>
          <Show when={hasWhole(me(), "server.keep")}>
            <Trials />
          </Show>
          <ul class="admin-charts">
            <For each={figures().map(({ name }) => name)}>
              {(name) => (
                <Chart
                  figure={figures().find((figure) => figure.name === name)}
                  samples={samples()}
                />
              )}
            </For>
          </ul>
        </>
      )}
    </Show>
  );
}

function Chart(props: { figure: Figure | undefined; samples: readonly Sample[] }) {
  const name = () => props.figure?.name ?? "";
  const grows = () => GROWING.has(name()) || props.figure?.kind === "counter";
  const values = () => series(props.samples, name(), grows());
  const label = () => {
    const key = `figure.${name()}`;
    return key in en ? word(key as keyof typeof en) : props.figure?.help || name();
  };
  const written = (value: number) => {
    if (name().endsWith("_bytes")) return fileSize(language(), value);
    if (name() === LAG) return word("milliseconds", { amount: number(value * 1000) });
    if (name() === CPU) return `${number((values().at(-1) ?? 0) * 100)} %`;
    return number(value);
  };
  const number = (value: number) => formatNumber(language(), Math.round(value * 10) / 10);
  const amount = () => number(values().at(-1) ?? 0);
  const total = () => written(props.figure?.value ?? 0);
  return (
    <li>
      <h3>{label()}</h3>
      <p>
        <strong>
          {grows() && name() !== CPU ? word("aSecond", { amount: amount() }) : total()}
        </strong>
        <Show when={grows() && name() !== CPU}>
          {" "}
          <small>{word("inAll", { amount: total() })}</small>
        </Show>
      </p>
      <svg viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" y1={HEIGHT} x2={WIDTH} y2={HEIGHT} class="admin-base" />
        <polyline points={chartPoints(values(), WIDTH, HEIGHT)} class="admin-curve" />
      </svg>
    </li>
  );
}
