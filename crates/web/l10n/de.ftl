# Texte für Menschen, die E-Mails bekommen. Einfache Wörter; beide Antworten wiegen gleich; nichts drängt.

## Every page

language-choice = Sprache
sender-unnamed = Der Absender Ihrer E-Mail

# 21. November 2026, 19:40 UTC
moment = { $day }. { $month } { $year }, { $hour }:{ $minute } UTC
day-first = 1
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

## The form about behavioural tracking

tracking-title = Dürfen wir wissen, was Sie anklicken?
tracking-lead = Sie entscheiden, ob Klicks und Öffnungen unserer E-Mails mit Ihnen verknüpft werden.

status-heading = Ihre derzeitige Antwort
status-since = seit { $moment }
status-refused = Abgelehnt
status-refused-effect = Ihre Klicks und Öffnungen werden nicht mit Ihnen verknüpft.
status-accepted = Zugestimmt
status-accepted-effect = Ihre Klicks und Öffnungen werden mit Ihnen verknüpft.
status-unanswered = Unbeantwortet
status-unanswered-linked = Bis Sie antworten, werden Ihre Klicks und Öffnungen mit Ihnen verknüpft.
status-unanswered-unlinked = Bis Sie antworten, werden Ihre Klicks und Öffnungen nicht mit Ihnen verknüpft.
status-lapsed = Sie haben am { $moment } zugestimmt. Diese Zustimmung ist abgelaufen.

meaning-heading = Worum es geht
meaning-agree-term = Wenn Sie zustimmen
meaning-agree = Wenn Sie eine unserer E-Mails öffnen oder einen Link darin anklicken, halten wir fest, dass Sie es waren. So sehen wir, was Sie interessiert, und wählen aus, was wir Ihnen senden.
meaning-refuse-term = Wenn Sie ablehnen
meaning-refuse = Wir zählen nur. Wir sehen, dass ein Link 40-mal angeklickt wurde, aber nicht von wem. Jeder Link funktioniert weiter, und Sie bekommen unsere E-Mails weiterhin.
meaning-both = In beiden Fällen gilt Ihre Antwort sofort, auch für E-Mails, die Sie schon haben. Sie können sie hier jederzeit ändern.

answer-refuse = Ich lehne ab. Klicks nicht mit mir verknüpfen
answer-grant = Ich stimme zu. Klicks mit mir verknüpfen

gpc-notice = Ihr Browser sendet ein Datenschutzsignal (Global Privacy Control): Er bittet darum, nicht verfolgt zu werden. Wenn Sie hier trotzdem zustimmen, gilt Ihre Antwort auf dieser Seite für unsere E-Mails.

saved-refused-title = Ihre Ablehnung ist gespeichert
saved-refused = Ab jetzt werden Ihre Klicks und Öffnungen nicht mit Ihnen verknüpft.
saved-granted-title = Ihre Zustimmung ist gespeichert
saved-granted = Ab jetzt werden Ihre Klicks und Öffnungen mit Ihnen verknüpft.

privacy-notice = Datenschutzhinweise

## An answer that could not be taken as it came

not-saved-title = Es wurde nichts gespeichert
not-saved-expired = Diese Seite war länger als einen Tag geöffnet, zu lange für eine Zustimmung. Hier ist eine neue Seite. Bitte antworten Sie noch einmal.
not-saved-incomplete = Das Formular kam unvollständig zurück, Ihre Zustimmung wurde deshalb nicht gespeichert. Bitte antworten Sie auf dieser neuen Seite noch einmal.
not-saved-overtaken = Dieses Formular wurde schon einmal benutzt, und Sie haben seitdem abgelehnt. Ihre Ablehnung gilt weiter. Wenn Sie jetzt zustimmen möchten, antworten Sie bitte noch einmal auf dieser Seite.
not-saved-unchosen = Wir konnten nicht erkennen, welche Antwort Sie gewählt haben. Bitte wählen Sie eine der beiden.

## The form on a click

intercept-title = Dürfen wir wissen, was Sie anklicken?
intercept-lead = Sie haben einen Link in einer E-Mail von { $sender } angeklickt. Bevor es weitergeht, können Sie entscheiden, ob Klicks und Öffnungen in diesen E-Mails mit Ihnen verknüpft werden.
intercept-lead-unnamed = Sie haben einen Link in einer E-Mail angeklickt. Bevor es weitergeht, können Sie entscheiden, ob Klicks und Öffnungen in diesen E-Mails mit Ihnen verknüpft werden.
intercept-accept = Zustimmen
intercept-refuse = Ablehnen
intercept-later = Später fragen
intercept-later-effect = Jetzt wird nichts entschieden. Vielleicht fragen wir ein andermal wieder.
intercept-both = Was Sie auch wählen: Es geht weiter zu { $host }. Sie können Ihre Antwort später ändern, über den Link zu Ihren Einstellungen in unseren E-Mails.
intercept-go-on = Ohne Antwort weiter zu { $host }
intercept-communication-title = Möchten Sie { $type } bekommen?
intercept-communication-lead = Sie haben einen Link in einer E-Mail von { $sender } angeklickt. Bevor es weitergeht, können Sie sagen, ob Sie solche E-Mails bekommen möchten.
intercept-communication-lead-unnamed = Sie haben einen Link in einer E-Mail angeklickt. Bevor es weitergeht, können Sie sagen, ob Sie solche E-Mails bekommen möchten.
intercept-communication-heading = Was Sie antworten können
intercept-communication-no-term = Wenn Sie das nicht möchten
intercept-communication-no-effect = Wir senden Ihnen { $type } nicht mehr. Sie können es jederzeit wieder bestellen.
intercept-communication-no = Nein
intercept-communication-yes-term = Wenn Sie das möchten
intercept-communication-yes-effect = Wir senden Ihnen { $type }. Sie können das jederzeit mit einem Klick beenden.
intercept-communication-yes = Ja

## The form to opt out of communications, and one-click unsubscribing

unsubscribe-title = Welche E-Mails möchten Sie nicht mehr bekommen?
unsubscribe-lead = Hier melden Sie sich sofort ab. Sie brauchen weder ein Konto noch ein Passwort.
unsubscribe-heading = Was wir senden
unsubscribe-choose = Kreuzen Sie an, was Sie nicht mehr möchten
unsubscribe-selected = Angekreuztes abbestellen
unsubscribe-all = Alles abbestellen
unsubscribe-one = Abmelden
unsubscribe-unchosen = Sie haben nichts angekreuzt. Kreuzen Sie an, was Sie nicht mehr möchten, oder bestellen Sie alles ab.
unsubscribe-done-title = Sie sind abgemeldet
unsubscribe-done = Das ist gespeichert. E-Mails, die schon unterwegs sind, können noch ankommen.
unsubscribe-nothing = Sie bekommen keine dieser E-Mails.
unsubscribe-tracking = Das Abmelden ändert nichts daran, ob Ihre Klicks mit Ihnen verknüpft werden.
unsubscribe-tracking-link = Auch darüber entscheiden

communication-opted-in = Sie haben darum gebeten.
communication-opted-out = Sie möchten das nicht.
communication-unanswered = Sie haben sich nicht geäußert.

## The preference centre

preferences-title = Ihre Einstellungen
preferences-lead = Sie entscheiden, was wir Ihnen senden und was wir festhalten dürfen. Alles gilt sofort.
preferences-link = Alle Ihre Einstellungen
preferences-tracking-heading = Klicks und Öffnungen
preferences-tracking-question = Dürfen Klicks und Öffnungen unserer E-Mails mit Ihnen verknüpft werden?
preferences-flags-question = Was dürfen wir mit dem tun, was wir über Sie wissen?
preferences-communications-heading = E-Mails
preferences-communications-question = Welche E-Mails möchten Sie?
preferences-save = Meine Einstellungen speichern
preferences-saved-title = Ihre Einstellungen sind gespeichert
preferences-saved = Sie gelten ab jetzt.
preferences-partly-title = Nicht alles wurde gespeichert
preferences-partly = Was Sie abgelehnt haben, ist gespeichert. Wozu Sie zugestimmt haben, ist es nicht: Diese Seite war zu lange geöffnet, oder Sie haben seitdem abgelehnt. Wenn Sie jetzt zustimmen möchten, wählen Sie bitte auf dieser Seite noch einmal.
preferences-profile = Ihre Angaben

choice-yes = Ja
choice-no = Nein

## The form to opt in to communications

opt-in-title = Was dürfen wir Ihnen senden?
opt-in-lead = Wählen Sie die E-Mails, die Sie bekommen möchten. Sie können sie jederzeit mit einem Klick abbestellen.
opt-in-choose = Kreuzen Sie an, was Sie bekommen möchten
opt-in-tracking = Dürfen Klicks und Öffnungen unserer E-Mails mit Ihnen verknüpft werden?
opt-in-tracking-detail = Ihre Antwort ändert nichts an dem, was wir Ihnen senden.
opt-in-submit = Meine Antworten senden
opt-in-unchosen = Sie haben nichts gewählt. Kreuzen Sie eine E-Mail an, oder beantworten Sie die Frage.
opt-in-done-title = Vielen Dank
opt-in-done = Ihre Antworten sind gespeichert. Sie können sie jederzeit ändern.

## The form about a person's details

profile-title = Ihre Angaben
profile-lead = Berichtigen Sie hier, was wir über Sie wissen. Nur was Sie ändern, wird gespeichert.
profile-details = Was wir über Sie wissen
profile-tracking = Dürfen Klicks und Öffnungen unserer E-Mails mit Ihnen verknüpft werden?
profile-submit = Meine Angaben speichern
profile-done-title = Ihre Angaben sind gespeichert
profile-done = Sie gelten ab jetzt.
profile-invalid = So kann das nicht gespeichert werden. Bitte berichtigen Sie es.
profile-nothing = Wir bewahren keine Angaben über Sie auf, die hier geändert werden könnten.

## The preview for those who write the words

preview-title = Vorschau
preview-text = So sehen andere das Formular. Nichts, was hier gewählt wird, wird festgehalten.

## Opting out everywhere

opt-out-title = Überall widersprechen
opt-out-lead = Eine einzige Wahl für diesen Browser, bei jeder Organisation, die diesen Dienst nutzt.

opt-out-state-heading = Dieser Browser
opt-out-state-out = Widersprochen
opt-out-state-out-effect = Keine Organisation darf erfassen, auswerten, weitergeben oder verknüpfen, was dieser Browser tut.
opt-out-state-in = Nicht widersprochen
opt-out-state-in-effect = Es gilt, was Sie jeder Organisation gesagt haben.

opt-out-out-term = Wenn Sie widersprechen
opt-out-out = Nichts, was dieser Browser tut, wird erfasst, ausgewertet, für Werbung genutzt, mit Ihren anderen Geräten verknüpft oder weitergegeben, bei keiner Organisation, die diesen Dienst nutzt, was immer Sie ihr vorher gesagt haben. Wir behalten ein Cookie, damit dieser Browser wiedererkannt wird.
opt-out-in-term = Wenn Sie den Widerspruch zurücknehmen
opt-out-in = Es gilt wieder, was Sie jeder Organisation gesagt haben. Was Sie dort abgelehnt haben, bleibt abgelehnt.
opt-out-both = Ihre Wahl gilt sofort. Sie gilt nur für diesen Browser: Treffen Sie sie bitte erneut in anderen Browsern, auf anderen Geräten und nachdem Sie Ihre Cookies gelöscht haben.

opt-out-answer-out = Allem widersprechen
opt-out-answer-in = Widerspruch zurücknehmen

opt-out-saved-out-title = Ihr Widerspruch ist gespeichert
opt-out-saved-out = Ab jetzt gilt er bei jeder Organisation, die diesen Dienst nutzt.
opt-out-saved-in-title = Ihr Widerspruch ist zurückgenommen
opt-out-saved-in = Es gilt wieder, was Sie jeder Organisation gesagt haben.
opt-out-no-cookie-title = Ihre Wahl kann nicht behalten werden
opt-out-no-cookie = Ihr Browser behält kein Cookie dieser Website und würde deshalb nicht wiedererkannt. Bitte erlauben Sie hier Cookies und versuchen Sie es noch einmal.

## A link that leads to nobody

unknown-title = Dieser Link funktioniert nicht
unknown-lead = Wir können nicht erkennen, wessen Einstellungen er öffnen soll. Es wurde nichts geändert.
unknown-help-heading = Was Sie tun können
unknown-help-newest = Öffnen Sie die neueste E-Mail des Absenders und benutzen Sie den Link darin.
unknown-help-whole = Wenn Sie den Link kopiert haben, achten Sie darauf, dass er vollständig ist.
unknown-help-reply = Oder antworten Sie auf die E-Mail und schreiben Sie, was Sie möchten. Das genügt.

## A store is away, or a mistake of ours

unavailable-title = Bitte versuchen Sie es noch einmal
unavailable-answer = Wir konnten Ihre Antwort nicht speichern.
unavailable-answer-detail = Unser Speicher hat nicht geantwortet, Ihre Antwort ist deshalb nicht bestätigt. Bitte senden Sie sie noch einmal. Es schadet nicht, sie zweimal zu senden.
unavailable-show = Wir können Ihre Einstellungen gerade nicht zeigen.
unavailable-show-detail = Es wurde nichts geändert. Bitte versuchen Sie es gleich noch einmal.
unavailable-repeat = Meine Antwort noch einmal senden
unavailable-reload = Noch einmal versuchen
unavailable-yours = Ihre Antwort: { $answer }

failure-title = Bei uns ist etwas schiefgegangen
failure-detail = Ihre Antwort ist nicht bestätigt. Bitte versuchen Sie es später noch einmal, oder antworten Sie auf die E-Mail und schreiben Sie, was Sie möchten.
failure-detail-here = Ihre Antwort ist nicht bestätigt. Bitte versuchen Sie es später noch einmal.
failure-number = Kennzeichen für unsere Hilfe: { $number }

## The banner and the preference dialog on sites

banner-language-name = Deutsch
banner-title = Dürfen wir nutzen, was Sie hier tun?
banner-text = { $organisation } bittet um Ihre Zustimmung. Die Website funktioniert auch ohne sie, und Sie können Ihre Antwort jederzeit ändern.
banner-unnamed = Der Betreiber dieser Website
banner-purposes = Wofür: { $purposes }.
banner-refuse = Alles ablehnen
banner-accept = Allem zustimmen
banner-choose = Auswählen
banner-save = Meine Auswahl speichern
banner-close = Schließen
banner-preferences-title = Ihre Auswahl
banner-privacy-notice = Datenschutzhinweise
banner-language = Sprache
banner-gpc-title = Ihr Datenschutzsignal wird beachtet
banner-gpc = Ihr Browser sendet Global Privacy Control. Wir haben das überall als Nein verstanden, wo es gilt; Sie müssen nichts weiter tun.
banner-locked = Bleibt wegen Ihres Datenschutzsignals oder Ihres Widerspruchs aus.
banner-opted-out = Sie haben bei allen Organisationen allem widersprochen. Das bleibt so, bis Sie es zurücknehmen.
banner-embed = Dies kommt von anderswo und wartet auf Ihr Ja zu: { $purposes }
banner-embed-allow = Erlauben und anzeigen
banner-not-saved-title = Ihre Antwort konnte nicht gespeichert werden
banner-not-saved = Sie gilt auf dieser Seite. Weder der Dienst noch dieser Browser konnte sie behalten, deshalb werden Sie noch einmal gefragt.
banner-dc = Datenerfassung
banner-dc-text = Wir erfassen, was Sie auf dieser Website tun: welche Seiten Sie ansehen, wonach Sie suchen.
banner-al = Auswertung
banner-al-text = Wir messen, wie die Website genutzt wird, um sie zu verbessern.
banner-tg = Zielgruppen
banner-tg-text = Was Sie interessiert, entscheidet, was wir Ihnen zeigen, hier und in der Werbung.
banner-cd = Mehrere Geräte
banner-cd-text = Wir erkennen, dass Ihr Telefon und Ihr Computer derselben Person gehören.
banner-sh = Weitergabe
banner-sh-text = Wir geben Partnern weiter, was wir wissen.
banner-re = Wiedererkennung
banner-re-text = Wir verknüpfen, was Sie auf dieser Website tun, mit Ihrem Namen oder Ihrem Kundenkonto.
