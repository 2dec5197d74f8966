/** Those who want to be told of something. */
export function hearers<A extends unknown[]>() {
  const all = new Set<(...args: A) => void>();
  return {
    add(hear: (...args: A) => void): () => void {
      all.add(hear);
      return () => {
        all.delete(hear);
      };
    },
    tell(...args: A): void {
      for (const hear of all) hear(...args);
    },
  };
}
