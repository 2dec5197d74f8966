/** Who wants to hear of which changes. What is touched together is told once, in the next turn. */

export interface Topics {
  /** Runs `hear` after any of the topics was touched; gives what ends it. */
  watch(topics: readonly string[], hear: () => void): () => void;
  touch(...topics: string[]): void;
}

export function makeTopics(): Topics {
  const hearers = new Map<string, Set<() => void>>();
  let touched = new Set<string>();

  function tell(): void {
    const due = new Set<() => void>();
    for (const topic of touched) for (const hear of hearers.get(topic) ?? []) due.add(hear);
    touched = new Set();
    for (const hear of due) hear();
  }

  return {
    watch(topics, hear) {
      for (const topic of topics) {
        const set = hearers.get(topic) ?? new Set();
        hearers.set(topic, set.add(hear));
      }
      return () => {
        for (const topic of topics) {
          const set = hearers.get(topic);
          set?.delete(hear);
          if (set?.size === 0) hearers.delete(topic);
        }
      };
    },
    touch(...topics) {
      if (touched.size === 0 && topics.length > 0) queueMicrotask(tell);
      for (const topic of topics) touched.add(topic);
    },
  };
}
