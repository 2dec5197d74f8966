/** Text typed in the wrong keyboard layout: "ghbdtn" meant "привет". */

const LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>";
const CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ";

const swap = new Map<string, string>();
for (let i = 0; i < LATIN.length; i++) {
  const latin = LATIN.charAt(i);
  const cyrillic = CYRILLIC.charAt(i);
  swap.set(latin, cyrillic);
  swap.set(cyrillic, latin);
}

/** `text` as the same keys give it in the other layout. */
export function otherLayout(text: string): string {
  return [...text].map((letter) => swap.get(letter) ?? letter).join("");
}
