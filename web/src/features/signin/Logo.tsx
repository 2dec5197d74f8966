/** The mark of Depesha: a folded letter on its way. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 64 64" aria-hidden="true">
      <rect class="logo-ground" width="64" height="64" rx="18" />
      <path
        class="logo-paper"
        d="M15 21.500h34a2.500 2.500 0 0 1 2.500 2.500v18a2.500 2.500 0 0 1-2.500 2.500H24L13 50V24a2.500 2.500 0 0 1 2-2.500z"
      />
      <path class="logo-fold" d="m18.500 27.500 13.500 9 13.500-9" />
    </svg>
  );
}
