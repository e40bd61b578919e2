# Teksty dla osób, które dostają pocztę. Proste słowa; obie odpowiedzi ważą tyle samo; nic nie ponagla.

## Every page

language-choice = Język
sender-unnamed = Nadawca Twojego e-maila

# 21 listopada 2026, 19:40 UTC
moment = { $day } { $month } { $year }, { $hour }:{ $minute } UTC
day-first = 1
month-1 = stycznia
month-2 = lutego
month-3 = marca
month-4 = kwietnia
month-5 = maja
month-6 = czerwca
month-7 = lipca
month-8 = sierpnia
month-9 = września
month-10 = października
month-11 = listopada
month-12 = grudnia

## The form about behavioural tracking

tracking-title = Czy możemy wiedzieć, w co klikasz?
tracking-lead = To Ty decydujesz, czy kliknięcia i otwarcia naszych e-maili są z Tobą łączone.

status-heading = Twoja obecna odpowiedź
status-since = od { $moment }
status-refused = Odmowa
status-refused-effect = Twoje kliknięcia i otwarcia nie są z Tobą łączone.
status-accepted = Zgoda
status-accepted-effect = Twoje kliknięcia i otwarcia są z Tobą łączone.
status-unanswered = Brak odpowiedzi
status-unanswered-linked = Dopóki nie odpowiesz, Twoje kliknięcia i otwarcia są z Tobą łączone.
status-unanswered-unlinked = Dopóki nie odpowiesz, Twoje kliknięcia i otwarcia nie są z Tobą łączone.
status-lapsed = Zgoda z { $moment } wygasła.

meaning-heading = O co chodzi
meaning-agree-term = Jeśli się zgodzisz
meaning-agree = Gdy otwierasz nasz e-mail lub klikasz w nim link, zapisujemy, że to Ty. Dzięki temu widzimy, co Cię interesuje, i wybieramy, co Ci wysyłamy.
meaning-refuse-term = Jeśli odmówisz
meaning-refuse = Tylko liczymy. Widzimy, że link kliknięto 40 razy, ale nie wiemy, kto to zrobił. Każdy link nadal działa i nadal dostajesz nasze e-maile.
meaning-both = W obu przypadkach Twoja odpowiedź działa od razu, także dla e-maili, które już masz. Możesz ją tu zmienić w każdej chwili.

answer-refuse = Odmawiam. Nie łączcie moich kliknięć ze mną
answer-grant = Zgadzam się. Możecie łączyć kliknięcia ze mną

gpc-notice = Twoja przeglądarka wysyła sygnał prywatności (Global Privacy Control): prosi, by Cię nie śledzić. Jeśli mimo to się tu zgodzisz, odpowiedź na tej stronie obowiązuje dla naszych e-maili.

saved-refused-title = Twoja odmowa jest zapisana
saved-refused = Od teraz Twoje kliknięcia i otwarcia nie są z Tobą łączone.
saved-granted-title = Twoja zgoda jest zapisana
saved-granted = Od teraz Twoje kliknięcia i otwarcia są z Tobą łączone.

privacy-notice = Informacja o prywatności

## An answer that could not be taken as it came

not-saved-title = Nic nie zapisano
not-saved-expired = Ta strona była otwarta ponad dobę, zbyt długo jak na zgodę. Oto świeża strona. Odpowiedz, proszę, jeszcze raz.
not-saved-incomplete = Formularz wrócił niepełny, więc zgody nie zapisano. Odpowiedz, proszę, jeszcze raz na tej świeżej stronie.
not-saved-overtaken = Ten formularz był już użyty, a potem była odmowa. Odmowa nadal obowiązuje. Jeśli chcesz się teraz zgodzić, odpowiedz, proszę, jeszcze raz na tej stronie.
not-saved-unchosen = Nie udało się rozpoznać wybranej odpowiedzi. Wybierz, proszę, jedną z dwóch.

## The form on a click

intercept-title = Czy możemy wiedzieć, w co klikasz?
intercept-lead = Kliknięto link w wiadomości od { $sender }. Zanim przejdziesz dalej, możesz zdecydować, czy kliknięcia i otwarcia w tych wiadomościach będą łączone z Tobą.
intercept-lead-unnamed = Kliknięto link w wiadomości. Zanim przejdziesz dalej, możesz zdecydować, czy kliknięcia i otwarcia w tych wiadomościach będą łączone z Tobą.
intercept-accept = Zgadzam się
intercept-refuse = Odmawiam
intercept-later = Zapytaj później
intercept-later-effect = Teraz nic nie zostaje postanowione. Może zapytamy innym razem.
intercept-both = Cokolwiek wybierzesz, przejdziesz do { $host }. Odpowiedź możesz później zmienić, korzystając z linku do swoich ustawień w naszych wiadomościach.
intercept-go-on = Przejdź do { $host } bez odpowiedzi
intercept-communication-title = Czy chcesz otrzymywać { $type }?
intercept-communication-lead = Kliknięto link w wiadomości od { $sender }. Zanim przejdziesz dalej, możesz powiedzieć, czy chcesz otrzymywać takie wiadomości.
intercept-communication-lead-unnamed = Kliknięto link w wiadomości. Zanim przejdziesz dalej, możesz powiedzieć, czy chcesz otrzymywać takie wiadomości.
intercept-communication-heading = Co możesz odpowiedzieć
intercept-communication-no-term = Jeśli ich nie chcesz
intercept-communication-no-effect = Przestaniemy wysyłać Ci { $type }. Możesz poprosić o nie ponownie, kiedy zechcesz.
intercept-communication-no = Nie
intercept-communication-yes-term = Jeśli ich chcesz
intercept-communication-yes-effect = Będziemy wysyłać Ci { $type }. Możesz z nich zrezygnować w każdej chwili, jednym kliknięciem.
intercept-communication-yes = Tak

## The form to opt out of communications, and one-click unsubscribing

unsubscribe-title = Których e-maili już nie chcesz?
unsubscribe-lead = Tu wypiszesz się od razu. Nie potrzebujesz konta ani hasła.
unsubscribe-heading = Co wysyłamy
unsubscribe-choose = Zaznacz, czego już nie chcesz
unsubscribe-selected = Nie wysyłajcie zaznaczonych
unsubscribe-all = Nie wysyłajcie żadnych
unsubscribe-one = Wypisz mnie
unsubscribe-unchosen = Nic nie zaznaczono. Zaznacz, czego już nie chcesz, albo zrezygnuj ze wszystkich.
unsubscribe-done-title = Subskrypcja zakończona
unsubscribe-done = Zapisaliśmy to. E-maile, które są już w drodze, mogą jeszcze dotrzeć.
unsubscribe-nothing = Nie dostajesz żadnego z tych e-maili.
unsubscribe-tracking = Wypisanie się nie zmienia tego, czy Twoje kliknięcia są z Tobą łączone.
unsubscribe-tracking-link = Zdecyduj także o tym

communication-opted-in = Chcesz je dostawać.
communication-opted-out = Nie chcesz ich.
communication-unanswered = Brak Twojej odpowiedzi.

## The preference centre

preferences-title = Twoje ustawienia
preferences-lead = Ty decydujesz, co Ci wysyłamy i co możemy zapisywać. Wszystko działa od razu.
preferences-link = Wszystkie Twoje ustawienia
preferences-tracking-heading = Kliknięcia i otwarcia
preferences-tracking-question = Czy kliknięcia i otwarcia naszych e-maili mogą być z Tobą łączone?
preferences-flags-question = Co możemy robić z tym, co o Tobie wiemy?
preferences-communications-heading = E-maile
preferences-communications-question = Które e-maile chcesz dostawać?
preferences-save = Zapisz moje ustawienia
preferences-saved-title = Twoje ustawienia są zapisane
preferences-saved = Obowiązują od teraz.
preferences-partly-title = Nie wszystko zapisano
preferences-partly = Twoje odmowy są zapisane. Zgody nie: ta strona była otwarta zbyt długo albo później była odmowa. Jeśli chcesz się teraz zgodzić, wybierz, proszę, jeszcze raz na tej stronie.
preferences-profile = Twoje dane

choice-yes = Tak
choice-no = Nie

## The form to opt in to communications

opt-in-title = Co możemy Ci wysyłać?
opt-in-lead = Wybierz e-maile, które chcesz dostawać. Możesz z nich zrezygnować w każdej chwili, jednym kliknięciem.
opt-in-choose = Zaznacz, co chcesz dostawać
opt-in-tracking = Czy kliknięcia i otwarcia naszych e-maili mogą być z Tobą łączone?
opt-in-tracking-detail = Twoja odpowiedź nie zmienia tego, co Ci wysyłamy.
opt-in-submit = Wyślij moje odpowiedzi
opt-in-unchosen = Nic nie wybrano. Zaznacz e-mail albo odpowiedz na pytanie.
opt-in-done-title = Dziękujemy
opt-in-done = Twoje odpowiedzi są zapisane. Możesz je zmienić w każdej chwili.

## The form about a person's details

profile-title = Twoje dane
profile-lead = Popraw tu to, co o Tobie wiemy. Zapisujemy tylko to, co zmienisz.
profile-details = Co o Tobie wiemy
profile-tracking = Czy kliknięcia i otwarcia naszych e-maili mogą być z Tobą łączone?
profile-submit = Zapisz moje dane
profile-done-title = Twoje dane są zapisane
profile-done = Obowiązują od teraz.
profile-invalid = Tak nie można tego zapisać. Popraw to, proszę.
profile-nothing = Nie przechowujemy danych o Tobie, które można by tu zmienić.

## The preview for those who write the words

preview-title = Podgląd
preview-text = Tak inni widzą formularz. Nic, co się tu wybierze, nie jest zapisywane.

## Opting out everywhere

opt-out-title = Sprzeciw wszędzie
opt-out-lead = Jeden wybór dla tej przeglądarki, w każdej organizacji, która korzysta z tej usługi.

opt-out-state-heading = Ta przeglądarka
opt-out-state-out = Sprzeciw złożony
opt-out-state-out-effect = Żadna organizacja nie może zbierać, analizować, udostępniać ani łączyć tego, co robi ta przeglądarka.
opt-out-state-in = Brak sprzeciwu
opt-out-state-in-effect = Liczy się to, co każda organizacja od Ciebie usłyszała.

opt-out-out-term = Jeśli złożysz sprzeciw
opt-out-out = Nic, co robi ta przeglądarka, nie będzie zbierane, analizowane, używane do reklam, łączone z Twoimi innymi urządzeniami ani udostępniane, w żadnej organizacji, która korzysta z tej usługi, bez względu na wcześniejsze odpowiedzi. Zachowujemy jedno ciasteczko (cookie), by rozpoznać tę przeglądarkę.
opt-out-in-term = Jeśli cofniesz sprzeciw
opt-out-in = Znów liczy się to, co każda organizacja od Ciebie usłyszała. Wcześniejsze odmowy pozostają odmowami.
opt-out-both = Twój wybór działa od razu. Dotyczy tylko tej przeglądarki: powtórz go w innych przeglądarkach, na innych urządzeniach i po usunięciu ciasteczek.

opt-out-answer-out = Sprzeciw wobec wszystkiego
opt-out-answer-in = Cofnij sprzeciw

opt-out-saved-out-title = Sprzeciw jest zapisany
opt-out-saved-out = Od teraz obowiązuje w każdej organizacji, która korzysta z tej usługi.
opt-out-saved-in-title = Sprzeciw jest cofnięty
opt-out-saved-in = Znów liczy się to, co każda organizacja od Ciebie usłyszała.
opt-out-no-cookie-title = Twojego wyboru nie można zachować
opt-out-no-cookie = Twoja przeglądarka nie przechowuje ciasteczek tej witryny, więc nie dałoby się jej rozpoznać. Zezwól tu na ciasteczka i spróbuj jeszcze raz.

## A link that leads to nobody

unknown-title = Ten link nie działa
unknown-lead = Nie wiemy, czyje ustawienia ma otworzyć. Niczego nie zmieniono.
unknown-help-heading = Co możesz zrobić
unknown-help-newest = Otwórz najnowszy e-mail od nadawcy i użyj linku z niego.
unknown-help-whole = Jeśli link był kopiowany, sprawdź, czy jest cały.
unknown-help-reply = Albo odpowiedz na e-mail i napisz, czego chcesz. To wystarczy.

## A store is away, or a mistake of ours

unavailable-title = Spróbuj, proszę, jeszcze raz
unavailable-answer = Nie udało się zapisać Twojej odpowiedzi.
unavailable-answer-detail = Nasza pamięć nie odpowiedziała, więc Twoja odpowiedź nie jest potwierdzona. Wyślij ją, proszę, jeszcze raz. Dwukrotne wysłanie nie szkodzi.
unavailable-show = Nie możemy teraz pokazać Twoich ustawień.
unavailable-show-detail = Niczego nie zmieniono. Spróbuj, proszę, za chwilę.
unavailable-repeat = Wyślij moją odpowiedź jeszcze raz
unavailable-reload = Spróbuj jeszcze raz
unavailable-yours = Twoja odpowiedź: { $answer }

failure-title = Coś poszło nie tak po naszej stronie
failure-detail = Twoja odpowiedź nie jest potwierdzona. Spróbuj później albo odpowiedz na e-mail i napisz, czego chcesz.
failure-detail-here = Twoja odpowiedź nie jest potwierdzona. Spróbuj, proszę, później.
failure-number = Numer dla naszej pomocy: { $number }

## The banner and the preference dialog on sites

banner-language-name = Polski
banner-title = Czy możemy używać tego, co tu robisz?
banner-text = { $organisation } prosi o Twoją zgodę. Witryna działa i bez niej, a odpowiedź możesz zmienić w każdej chwili.
banner-unnamed = Operator tej witryny
banner-purposes = W jakim celu: { $purposes }.
banner-refuse = Odrzuć wszystko
banner-accept = Zaakceptuj wszystko
banner-choose = Wybierz
banner-save = Zapisz mój wybór
banner-close = Zamknij
banner-preferences-title = Twój wybór
banner-privacy-notice = Informacja o prywatności
banner-language = Język
banner-gpc-title = Twój sygnał prywatności jest przestrzegany
banner-gpc = Twoja przeglądarka wysyła Global Privacy Control. Przyjęliśmy to jako „nie” wszędzie tam, gdzie obowiązuje; nie musisz robić nic więcej.
banner-locked = Pozostaje wyłączone z powodu Twojego sygnału prywatności lub sprzeciwu.
banner-opted-out = Wobec wszystkich organizacji obowiązuje Twój pełny sprzeciw. Pozostanie tak, dopóki go nie cofniesz.
banner-embed = To pochodzi skądinąd i czeka na Twoje „tak” dla: { $purposes }
banner-embed-allow = Zezwól i pokaż
banner-not-saved-title = Nie udało się zapisać Twojej odpowiedzi
banner-not-saved = Obowiązuje na tej stronie. Ani usługa, ani ta przeglądarka nie mogły jej zachować, więc pytanie pojawi się ponownie.
banner-dc = Zbieranie danych
banner-dc-text = Zbieramy to, co robisz w tej witrynie: oglądane strony, wyszukiwane hasła.
banner-al = Analityka
banner-al-text = Mierzymy, jak witryna jest używana, by ją ulepszać.
banner-tg = Targetowanie
banner-tg-text = To, co Cię interesuje, decyduje, co Ci pokazujemy, tutaj i w reklamach.
banner-cd = Wiele urządzeń
banner-cd-text = Rozpoznajemy, że Twój telefon i komputer należą do tej samej osoby.
banner-sh = Udostępnianie
banner-sh-text = Przekazujemy partnerom to, co wiemy.
banner-re = Rozpoznawanie
banner-re-text = Łączymy to, co robisz w tej witrynie, z Twoim nazwiskiem lub kontem klienta.
