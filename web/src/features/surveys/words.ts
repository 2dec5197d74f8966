import { createWords } from "../../ui/words";
import en from "./strings.en.json";
import ru from "./strings.ru.json";

export const word = createWords(ru, en);
