"""The texts of the pages in English and Russian."""

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("en", "ru")


@dataclass(frozen=True, slots=True)
class Words:
    """The texts in one language: `words("name")`, with `{}` filled in by what follows."""

    language: str

    def __call__(self, name: str, *values: str) -> str:
        return TEXTS[name][LANGUAGES.index(self.language)].format(*values)


def words_for(accept_language: str) -> Words:
    """The texts in the first language that a browser asks for and that there is."""
    for item in accept_language.split(","):
        language = item.strip()[:2].lower()
        if language in LANGUAGES:
            return Words(language)
    return Words("en")


TEXTS: Mapping[str, tuple[str, str]] = {
    # Signing in and up
    "sign_in": ("Sign in", "Вход"),
    "to_server": ("to {}", "на {}"),
    "user": ("Username", "Имя пользователя"),
    "password": ("Password", "Пароль"),
    "password_again": ("Password once more", "Пароль ещё раз"),
    "go_on": ("Continue", "Продолжить"),
    "or": ("or", "или"),
    "sign_in_with": ("Sign in with {}", "Войти через {}"),
    "sign_up": ("Create an account", "Регистрация"),
    "have_account": ("I have an account", "У меня есть учётная запись"),
    "no_account": ("No account yet?", "Ещё нет учётной записи?"),
    "label": ("What this server collects", "Что собирает этот сервер"),
    "label_no_ads": ("No advertising, no trackers.", "Без рекламы и слежки."),
    "label_linked": ("linked to who you are", "связано с вашей личностью"),
    "label_unlinked": ("not linked to who you are", "не связано с вашей личностью"),
    "label_purpose": ("What for: {}", "Зачем: {}"),
    "label_kept": ("How long: {}", "Сколько хранится: {}"),
    "label_given_to": ("To whom it is given: {}", "Кому передаётся: {}"),
    "sign_up_do": ("Create the account", "Зарегистрироваться"),
    "invitation": ("Registration token", "Код регистрации"),
    "username_hint": (
        "Latin letters, digits and . _ - ; it cannot be changed later.",
        "Латинские буквы, цифры и . _ - ; изменить потом нельзя.",
    ),
    "password_hint": ("At least 8 characters.", "Не короче 8 знаков."),
    "closed": (
        "New accounts are made by the administrator here.",
        "Учётные записи здесь заводит администратор.",
    ),
    "directory_down": (
        "The directory that knows your password cannot be reached. Try again in some minutes.",
        "Каталог, который знает ваш пароль, недоступен. Попробуйте ещё раз через несколько минут.",
    ),
    "wrong_password": ("Wrong username or password.", "Неверное имя пользователя или пароль."),
    "different": ("The two passwords differ.", "Пароли не совпадают."),
    "taken": ("This username is taken.", "Это имя уже занято."),
    "bad_username": (
        "A username may have Latin letters, digits and . _ = / + -",
        "В имени могут быть латинские буквы, цифры и . _ = / + -",
    ),
    "weak": (
        "The password must have from 8 to 512 characters, and as many as your institution asks.",
        "В пароле должно быть от 8 до 512 знаков и не меньше, чем требует учреждение.",
    ),
    "bad_token": ("This registration token is not valid.", "Код регистрации недействителен."),
    "invitation_over": (
        "This invitation is not valid: it was used already, or its time is over. Ask for another.",
        "Приглашение не действует: им уже воспользовались, или срок его истёк. Попросите новое.",
    ),
    "letter_over": (
        (
            "This link was used already, or its hour is over. If you have registered with it,"
            " sign in; else ask for another letter."
        ),
        (
            "Этой ссылкой уже воспользовались, или её час истёк. Если вы по ней зарегистрировались,"
            " войдите; если нет, попросите новое письмо."
        ),
    ),
    "confirm_again": (
        "Please sign in once more: what you want to do is grave.",
        "Войдите ещё раз: действие важное.",
    ),
    "no_provider": (
        "This way of signing in does not work at the moment.",
        "Этот способ входа сейчас не работает.",
    ),
    "provider_refused": ("The sign-in was not completed there.", "Вход там не был завершён."),
    "provider_stranger": (
        "Nobody has an account with this name here. Ask the administrator.",
        "Учётной записи с таким именем здесь нет. Обратитесь к администратору.",
    ),
    "provider_taken": (
        (
            "The username {} belongs to somebody else here. If it is you, sign in and connect this "
            "way of signing in on the account page; else ask the administrator."
        ),
        (
            "Имя {} здесь уже занято. Если это вы, войдите и подключите этот способ на странице "
            "учётной записи; иначе обратитесь к администратору."
        ),
    ),
    "connect": ("Connect {}", "Подключить {}"),
    "connected": ("Connected: {}", "Подключено: {}"),
    "connected_elsewhere": (
        "This person is connected to another account.",
        "Этот человек подключён к другой учётной записи.",
    ),
    # Factors
    "second_title": ("One more step", "Ещё один шаг"),
    "second_what": (
        "Enter the code of your authenticator, or a recovery code.",
        "Введите код из приложения-аутентификатора или резервный код.",
    ),
    "wrong_code": (
        "The code is not right, or was used before.",
        "Код неверен или уже использован.",
    ),
    "totp": ("Authenticator codes", "Коды из приложения"),
    "totp_on": (
        "Beside the password, a code is asked for. Recovery codes left: {}.",
        "Кроме пароля, при входе нужен код. Резервных кодов осталось: {}.",
    ),
    "enrol_what": (
        "Your institution asks for a code beside the password. Set it up to go on.",
        "Учреждение требует код вместе с паролем. Настройте его, чтобы продолжить.",
    ),
    "totp_scan": (
        (
            "Scan this with an authenticator application, or type in the key; then enter the code "
            "that it shows."
        ),
        (
            "Отсканируйте код приложением-аутентификатором или введите ключ, затем введите код, "
            "который оно покажет."
        ),
    ),
    "key": ("Key", "Ключ"),
    "turn_on": ("Turn on", "Включить"),
    "turn_off": ("Turn off", "Выключить"),
    "recovery_title": ("Recovery codes", "Резервные коды"),
    "recovery_what": (
        (
            "Each of these codes signs you in once without your phone. Keep them safe: they are "
            "not shown again."
        ),
        "Каждый код один раз заменит телефон при входе. Сохраните их: больше они не появятся.",
    ),
    "passkeys": ("Passkeys", "Ключи входа"),
    "passkeys_what": (
        "A passkey signs you in by the finger, face or PIN of a device, without a password.",
        "Ключ входа впускает по отпечатку, лицу или PIN-коду устройства, без пароля.",
    ),
    "passkey_name": ("Name of the key", "Название ключа"),
    "passkey_add": ("Add a passkey", "Добавить ключ"),
    "passkey_remove": ("Remove “{}”", "Удалить «{}»"),
    "passkey_use": ("Sign in with a passkey", "Войти с ключом входа"),
    "passkey_trouble": (
        "The passkey could not be used.",
        "Ключ входа использовать не удалось.",
    ),
    # Consent
    "allow_title": ("Let “{}” in?", "Впустить «{}»?"),
    "allow_what": (
        "It will read and write your messages, and change your account’s data, as {}.",
        "Программа сможет читать и писать сообщения и менять данные учётной записи {}.",
    ),
    "allow_where": ("You will be sent to {}.", "После этого откроется {}."),
    "allow_site": ("The program says that it comes from {}.", "Программа указала свой сайт: {}."),
    "allow_care": (
        "Go on only if you have just begun to sign in there.",
        "Продолжайте, только если вы сами начали там вход.",
    ),
    "allow": ("Let it in", "Впустить"),
    "deny": ("Refuse", "Отказать"),
    "policy": ("Privacy policy", "Политика конфиденциальности"),
    "terms": ("Terms of service", "Условия использования"),
    "not_me": ("Not {}? Sign in as somebody else", "Вы не {}? Войти под другим именем"),
    "sso_title": ("Continue to {}?", "Перейти на {}?"),
    "sso_what": (
        "{} will be signed in there as {}.",
        "Там будет выполнен вход: {}, пользователь {}.",
    ),
    # Another device
    "link_title": ("Sign in another device", "Вход на другом устройстве"),
    "link_what": (
        "Enter the code that the other device shows.",
        "Введите код, который показывает другое устройство.",
    ),
    "code": ("Code", "Код"),
    "link_unknown": (
        "No device waits with this code. Codes hold for 20 minutes.",
        "Устройства с таким кодом нет. Код действует 20 минут.",
    ),
    "link_device": ("Device: {}", "Устройство: {}"),
    "link_care": (
        "Go on only if a device in your own hands shows this code. Nobody honest sends you one.",
        (
            "Продолжайте, только если код показывает устройство у вас в руках. Честный человек не "
            "присылает таких кодов."
        ),
    ),
    "link_done": ("The device is being signed in.", "Устройство входит в вашу учётную запись."),
    "link_refused": ("The device was refused.", "Устройству отказано."),
    "may_close": ("You can close this window.", "Это окно можно закрыть."),
    # The account
    "account": ("Account", "Учётная запись"),
    "profile": ("Profile", "Профиль"),
    "name": ("Name shown to others", "Имя, которое видят другие"),
    "save": ("Save", "Сохранить"),
    "saved": ("Saved.", "Сохранено."),
    "devices": ("Sessions", "Сеансы"),
    "device": ("Session", "Сеанс"),
    "device_id": ("Device id", "Идентификатор устройства"),
    "last_seen": ("Last seen", "Последняя активность"),
    "address": ("Address", "Адрес"),
    "program": ("Program", "Программа"),
    "never": ("not yet", "ещё не было"),
    "unnamed": ("Unnamed device", "Устройство без имени"),
    "end_session": ("End the session", "Завершить сеанс"),
    "end_session_what": (
        (
            "The device will be signed out. Messages whose keys are on no other device and in no "
            "backup can then be read by nobody."
        ),
        (
            "На устройстве будет выполнен выход. Сообщения, ключей к которым нет на других "
            "устройствах и в резервной копии, прочесть будет нельзя."
        ),
    ),
    "no_device": ("There is no such session.", "Такого сеанса нет."),
    "ended": ("The session has ended.", "Сеанс завершён."),
    "back": ("Back", "Назад"),
    "sign_out": ("Sign out of this page", "Выйти с этой страницы"),
    "security": ("Signing in", "Вход"),
    "change_password": ("Change the password", "Сменить пароль"),
    "old_password": ("Present password", "Нынешний пароль"),
    "new_password": ("New password", "Новый пароль"),
    "end_others": ("End all sessions", "Завершить все сеансы"),
    "password_changed": ("The password has been changed.", "Пароль изменён."),
    "deactivate": ("Delete the account", "Удалить учётную запись"),
    "deactivate_what": (
        "The account ends for ever. Nobody, not even you, will be able to use its name again.",
        "Учётная запись удаляется навсегда. Её имя больше не сможет взять никто, даже вы.",
    ),
    "erase": (
        "Also hide my messages from people who join later",
        "Также скрыть мои сообщения от тех, кто придёт позже",
    ),
    "type_to_confirm": ("To confirm, type {}", "Для подтверждения введите {}"),
    "not_confirmed": ("The confirmation does not match.", "Подтверждение не совпадает."),
    "deactivated": ("The account has been deleted.", "Учётная запись удалена."),
    "reset_title": ("Reset encryption identity?", "Сбросить ключи подтверждения?"),
    "reset_what": (
        (
            "Your contacts will see that your identity has changed and must verify you anew. "
            "Do this only if you have lost all verified devices and the recovery key, and have "
            "just asked for it in your program."
        ),
        (
            "Собеседники увидят, что ваши ключи сменились, и должны будут подтвердить вас заново. "
            "Делайте это, только если потеряны все подтверждённые устройства и ключ "
            "восстановления и вы сами только что начали сброс в программе."
        ),
    ),
    "reset": ("Reset", "Сбросить"),
    "reset_done": ("Go back to your program to finish.", "Вернитесь в программу, чтобы закончить."),
    "reset_begin": (
        "Begin the reset in your program: it will open this page.",
        "Начните сброс в программе: она откроет эту страницу.",
    ),
    # What a program has begun
    "confirm_title": ("Is this you?", "Это вы?"),
    "confirm_device": (
        "A program wants to sign out the device {}.",
        "Программа хочет завершить сеанс устройства {}.",
    ),
    "confirm_devices": (
        "A program wants to sign out devices of yours.",
        "Программа хочет завершить сеансы ваших устройств.",
    ),
    "confirm_deactivate": (
        "A program wants to delete your account for ever.",
        "Программа хочет навсегда удалить вашу учётную запись.",
    ),
    "confirm_password": (
        "A program wants to give your account another password.",
        "Программа хочет сменить пароль вашей учётной записи.",
    ),
    "confirm_token": (
        "A program wants to sign in on one more device.",
        "Программа хочет войти ещё на одном устройстве.",
    ),
    "confirm_keys": (
        "A program wants to replace your encryption identity: your contacts must verify you anew.",
        "Программа хочет сменить ваши ключи: собеседникам придётся подтвердить вас заново.",
    ),
    "confirm_care": (
        "Confirm only what you have just begun yourself.",
        "Подтверждайте только то, что вы сами только что начали.",
    ),
    # Letters
    "forgot": ("Forgotten password", "Забытый пароль"),
    "forgot_link": ("I have forgotten my password", "Я не помню пароль"),
    "forgot_what": (
        "Enter the e-mail address of your account: a letter will tell how to go on.",
        "Введите адрес электронной почты учётной записи: в письме будет сказано, что дальше.",
    ),
    "address_field": ("E-mail address", "Адрес электронной почты"),
    "addresses": ("E-mail", "Электронная почта"),
    "address_what": (
        "A forgotten password is reset by a letter to this address.",
        "Письмо на этот адрес поможет, если вы забудете пароль.",
    ),
    "address_add": ("Add the address", "Добавить адрес"),
    "address_remove": ("Remove {}", "Удалить {}"),
    "address_in_use": (
        "Another account has this address.",
        "Этот адрес уже есть у другой учётной записи.",
    ),
    "address_denied": (
        "This address cannot be used here.",
        "Этот адрес здесь использовать нельзя.",
    ),
    "by_mail": ("Register by e-mail", "Регистрация по почте"),
    "by_mail_what": (
        "If your address is in one of these domains, a letter lets you register: {}.",
        "Если ваш адрес в одном из этих доменов, зарегистрироваться поможет письмо: {}.",
    ),
    "letter_sent": (
        "If this address fits, a letter is on its way. Its link holds for an hour.",
        "Если адрес подходит, письмо уже отправлено. Ссылка в нём действует час.",
    ),
    "letter_title": ("E-mail address", "Адрес электронной почты"),
    "letter_confirm": ("Is {} your address?", "{} — ваш адрес?"),
    "confirm": ("Yes, it is mine", "Да, мой"),
    "letter_done": ("The address is confirmed.", "Адрес подтверждён."),
    "letter_back": ("Go back to your program.", "Вернитесь в программу."),
    "your_name": ("Your username is {}.", "Ваше имя пользователя: {}."),
    "mail_signup_subject": ("Registration on {}", "Регистрация на {}"),
    "mail_signup": (
        "To register on {}, open this link within an hour:\n\n{}",
        "Чтобы зарегистрироваться на {}, откройте эту ссылку в течение часа:\n\n{}",
    ),
    "mail_reset_subject": ("New password on {}", "Новый пароль на {}"),
    "mail_reset": (
        "To choose a new password on {}, open this link within an hour:\n\n{}",
        "Чтобы задать новый пароль на {}, откройте эту ссылку в течение часа:\n\n{}",
    ),
    "mail_add_subject": ("Your address on {}", "Ваш адрес на {}"),
    "mail_add": (
        ("To add this address to your account on {}, open this link within an hour:\n\n{}"),
        (
            "Чтобы добавить этот адрес к учётной записи на {}, откройте эту ссылку в течение "
            "часа:\n\n{}"
        ),
    ),
    "mail_known_subject": ("You have an account on {}", "У вас есть учётная запись на {}"),
    "mail_known": (
        (
            "Somebody, perhaps you, wanted to use this address on {}. It belongs to an account "
            "already: sign in there, or reset the password.\n\n{}"
        ),
        (
            "Кто-то, возможно вы, хотел использовать этот адрес на {}. Он уже есть у учётной "
            "записи: войдите или задайте новый пароль.\n\n{}"
        ),
    ),
    "alert_subject": ("New sign-in on {}", "Новый вход на {}"),
    "alert": (
        (
            "Your account was signed in to on a new device: {}, {}. If it was not you, end that "
            "session and change your password: {}"
        ),
        (
            "В вашу учётную запись вошли на новом устройстве: {}, {}. Если это не вы, завершите "
            "этот сеанс и смените пароль: {}"
        ),
    ),
    "alert_guessed_subject": ("Passwords tried on {}", "Подбор пароля на {}"),
    "alert_guessed": (
        (
            "Somebody tries many passwords at your account, from places unknown to it: {}. Nobody "
            "has got in. For a while a password is not accepted there; your devices go on working, "
            "and at the places where you use them you sign in as always. If your password is "
            "short or used elsewhere too, change it."
        ),
        (
            "Кто-то подбирает пароль к вашей учётной записи из незнакомых ей мест: {}. Войти не "
            "удалось. Какое-то время пароль оттуда не принимается; ваши устройства работают, и "
            "там, где вы ими пользуетесь, войти можно как обычно. Если пароль короткий или "
            "используется где-то ещё, смените его."
        ),
    ),
    "mail_test_subject": ("Test letter of {}", "Пробное письмо {}"),
    "mail_test": ("Letters of {} arrive.", "Письма сервера {} доходят."),
    "mail_end": (
        "If you have not asked for this, do nothing.",
        "Если вы этого не просили, ничего не делайте.",
    ),
    # What goes wrong
    "trouble": ("This did not work", "Не получилось"),
    "stale": (
        "The form was out of date. Open the page again.",
        "Форма устарела. Откройте страницу ещё раз.",
    ),
    "not_there": ("There is no such page.", "Такой страницы нет."),
    "bad_client": (
        "The program that sent you here is not registered, or asked wrongly. Begin again there.",
        (
            "Программа, которая вас сюда направила, не зарегистрирована или ошиблась. Начните вход "
            "в ней заново."
        ),
    ),
    "bad_input": ("What was entered cannot be used.", "Введённое не подходит."),
    "too_often": ("Too many attempts. Wait a little.", "Слишком много попыток. Подождите."),
    "locked": ("This account is locked.", "Учётная запись заблокирована."),
    "gone": ("This account has been deleted.", "Учётная запись удалена."),
}
