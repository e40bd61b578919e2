# Teksten voor mensen die e-mail krijgen. Gewone woorden; beide antwoorden wegen even zwaar; niets dringt aan.

## Every page

language-choice = Taal
sender-unnamed = De afzender van uw e-mail

# 21 november 2026, 19:40 UTC
moment = { $day } { $month } { $year }, { $hour }:{ $minute } UTC
day-first = 1
month-1 = januari
month-2 = februari
month-3 = maart
month-4 = april
month-5 = mei
month-6 = juni
month-7 = juli
month-8 = augustus
month-9 = september
month-10 = oktober
month-11 = november
month-12 = december

## The form about behavioural tracking

tracking-title = Mogen wij weten waarop u klikt?
tracking-lead = U beslist of klikken en openen in onze e-mails aan u worden gekoppeld.

status-heading = Uw huidige antwoord
status-since = sinds { $moment }
status-refused = Geweigerd
status-refused-effect = Wat u aanklikt en opent, wordt niet aan u gekoppeld.
status-accepted = Toegestaan
status-accepted-effect = Wat u aanklikt en opent, wordt aan u gekoppeld.
status-unanswered = Onbeantwoord
status-unanswered-linked = Totdat u antwoordt, wordt wat u aanklikt en opent aan u gekoppeld.
status-unanswered-unlinked = Totdat u antwoordt, wordt wat u aanklikt en opent niet aan u gekoppeld.
status-lapsed = U hebt op { $moment } toestemming gegeven. Die toestemming is verlopen.

meaning-heading = Waar het om gaat
meaning-agree-term = Als u toestemt
meaning-agree = Als u een van onze e-mails opent of op een link klikt, leggen wij vast dat u het was. Zo zien wij wat u interesseert en kiezen wij wat wij u sturen.
meaning-refuse-term = Als u weigert
meaning-refuse = Wij tellen alleen. Wij zien dat er 40 keer op een link is geklikt, maar niet door wie. Elke link blijft werken en u blijft onze e-mails krijgen.
meaning-both = In beide gevallen geldt uw antwoord meteen, ook voor e-mails die u al hebt. U kunt het hier altijd wijzigen.

answer-refuse = Ik weiger. Koppel mijn klikken niet aan mij
answer-grant = Ik stem toe. U mag mijn klikken aan mij koppelen

gpc-notice = Uw browser stuurt een privacysignaal (Global Privacy Control): hij vraagt om niet gevolgd te worden. Als u hier toch toestemt, geldt uw antwoord op deze pagina voor onze e-mails.

saved-refused-title = Uw weigering is opgeslagen
saved-refused = Vanaf nu wordt wat u aanklikt en opent niet aan u gekoppeld.
saved-granted-title = Uw toestemming is opgeslagen
saved-granted = Vanaf nu wordt wat u aanklikt en opent aan u gekoppeld.

privacy-notice = Privacyverklaring

## An answer that could not be taken as it came

not-saved-title = Er is niets opgeslagen
not-saved-expired = Deze pagina stond langer dan een dag open, te lang voor een toestemming. Hier is een nieuwe pagina. Antwoord alstublieft opnieuw.
not-saved-incomplete = Het formulier kwam onvolledig terug, dus uw toestemming is niet opgeslagen. Antwoord alstublieft opnieuw op deze nieuwe pagina.
not-saved-overtaken = Dit formulier is al eens gebruikt en u hebt sindsdien geweigerd. Uw weigering blijft gelden. Als u nu wilt toestemmen, antwoord dan opnieuw op deze pagina.
not-saved-unchosen = Wij konden niet zien welk antwoord u hebt gekozen. Kies alstublieft een van de twee.

## The form on a click

intercept-title = Mogen wij weten waarop u klikt?
intercept-lead = U hebt op een link in een e-mail van { $sender } geklikt. Voordat u verdergaat, kunt u beslissen of klikken en openingen in deze e-mails aan u worden gekoppeld.
intercept-lead-unnamed = U hebt op een link in een e-mail geklikt. Voordat u verdergaat, kunt u beslissen of klikken en openingen in deze e-mails aan u worden gekoppeld.
intercept-accept = Toestaan
intercept-refuse = Weigeren
intercept-later = Later vragen
intercept-later-effect = Nu wordt er niets beslist. Misschien vragen wij het een andere keer opnieuw.
intercept-both = Wat u ook kiest, u gaat verder naar { $host }. U kunt uw antwoord later wijzigen, via de link naar uw instellingen in onze e-mails.
intercept-go-on = Zonder antwoord verder naar { $host }
intercept-communication-title = Wilt u { $type } ontvangen?
intercept-communication-lead = U hebt op een link in een e-mail van { $sender } geklikt. Voordat u verdergaat, kunt u zeggen of u zulke e-mails wilt ontvangen.
intercept-communication-lead-unnamed = U hebt op een link in een e-mail geklikt. Voordat u verdergaat, kunt u zeggen of u zulke e-mails wilt ontvangen.
intercept-communication-heading = Wat u kunt antwoorden
intercept-communication-no-term = Als u dat niet wilt
intercept-communication-no-effect = Wij sturen u { $type } niet meer. U kunt er altijd opnieuw om vragen.
intercept-communication-no = Nee
intercept-communication-yes-term = Als u dat wilt
intercept-communication-yes-effect = Wij sturen u { $type }. U kunt dat op elk moment stopzetten, met één klik.
intercept-communication-yes = Ja

## The form to opt out of communications, and one-click unsubscribing

unsubscribe-title = Welke e-mails wilt u niet meer?
unsubscribe-lead = U kunt zich hier meteen afmelden. U hebt geen account en geen wachtwoord nodig.
unsubscribe-heading = Wat wij sturen
unsubscribe-choose = Vink aan wat u niet meer wilt
unsubscribe-selected = Stoppen met wat ik heb aangevinkt
unsubscribe-all = Met alles stoppen
unsubscribe-one = Afmelden
unsubscribe-unchosen = U hebt niets aangevinkt. Vink aan wat u niet meer wilt, of stop met alles.
unsubscribe-done-title = U bent afgemeld
unsubscribe-done = Het is opgeslagen. E-mails die al onderweg zijn, kunnen nog aankomen.
unsubscribe-nothing = U krijgt geen van deze e-mails.
unsubscribe-tracking = Afmelden verandert niets aan de vraag of uw klikken aan u worden gekoppeld.
unsubscribe-tracking-link = Ook daarover beslissen

communication-opted-in = U hebt erom gevraagd.
communication-opted-out = U wilt deze niet.
communication-unanswered = U hebt er niets over gezegd.

## The preference centre

preferences-title = Uw instellingen
preferences-lead = U beslist wat wij u sturen en wat wij mogen vastleggen. Alles geldt meteen.
preferences-link = Al uw instellingen
preferences-tracking-heading = Klikken en openen
preferences-tracking-question = Mogen klikken en openen in onze e-mails aan u worden gekoppeld?
preferences-flags-question = Wat mogen wij doen met wat wij van u weten?
preferences-communications-heading = E-mails
preferences-communications-question = Welke e-mails wilt u?
preferences-save = Mijn instellingen opslaan
preferences-saved-title = Uw instellingen zijn opgeslagen
preferences-saved = Ze gelden vanaf nu.
preferences-partly-title = Niet alles is opgeslagen
preferences-partly = Wat u hebt geweigerd, is opgeslagen. Waarmee u hebt ingestemd, is dat niet: deze pagina stond te lang open, of u hebt sindsdien geweigerd. Als u nu wilt toestemmen, kies dan opnieuw op deze pagina.
preferences-profile = Uw gegevens

choice-yes = Ja
choice-no = Nee

## The form to opt in to communications

opt-in-title = Wat mogen wij u sturen?
opt-in-lead = Kies de e-mails die u wilt krijgen. U kunt er altijd met één klik mee stoppen.
opt-in-choose = Vink aan wat u wilt krijgen
opt-in-tracking = Mogen klikken en openen in onze e-mails aan u worden gekoppeld?
opt-in-tracking-detail = Uw antwoord verandert niets aan wat wij u sturen.
opt-in-submit = Mijn antwoorden versturen
opt-in-unchosen = U hebt niets gekozen. Vink een e-mail aan, of beantwoord de vraag.
opt-in-done-title = Dank u wel
opt-in-done = Uw antwoorden zijn opgeslagen. U kunt ze altijd wijzigen.

## The form about a person's details

profile-title = Uw gegevens
profile-lead = Verbeter hier wat wij van u weten. Alleen wat u wijzigt, wordt opgeslagen.
profile-details = Wat wij van u weten
profile-tracking = Mogen klikken en openen in onze e-mails aan u worden gekoppeld?
profile-submit = Mijn gegevens opslaan
profile-done-title = Uw gegevens zijn opgeslagen
profile-done = Ze gelden vanaf nu.
profile-invalid = Zo kan dit niet worden opgeslagen. Verbeter het alstublieft.
profile-nothing = Wij bewaren geen gegevens over u die hier gewijzigd kunnen worden.

## The preview for those who write the words

preview-title = Voorbeeld
preview-text = Zo zien anderen het formulier. Niets van wat hier wordt gekozen, wordt vastgelegd.

## Opting out everywhere

opt-out-title = Overal weigeren
opt-out-lead = Eén keuze voor deze browser, bij elke organisatie die deze dienst gebruikt.

opt-out-state-heading = Deze browser
opt-out-state-out = Alles geweigerd
opt-out-state-out-effect = Geen enkele organisatie mag verzamelen, analyseren, delen of koppelen wat deze browser doet.
opt-out-state-in = Niet overal geweigerd
opt-out-state-in-effect = Wat u elke organisatie hebt gezegd, telt.

opt-out-out-term = Als u alles weigert
opt-out-out = Niets van wat deze browser doet, wordt verzameld, geanalyseerd, voor reclame gebruikt, aan uw andere apparaten gekoppeld of gedeeld, bij geen enkele organisatie die deze dienst gebruikt, wat u haar ook eerder hebt gezegd. Wij bewaren één cookie, zodat deze browser wordt herkend.
opt-out-in-term = Als u de weigering intrekt
opt-out-in = Wat u elke organisatie hebt gezegd, telt weer. Wat u daar hebt geweigerd, blijft geweigerd.
opt-out-both = Uw keuze geldt meteen. Ze geldt alleen voor deze browser: maak haar opnieuw in andere browsers, op andere apparaten en nadat u uw cookies hebt gewist.

opt-out-answer-out = Alles weigeren
opt-out-answer-in = Weigering intrekken

opt-out-saved-out-title = Alles is geweigerd
opt-out-saved-out = Vanaf nu geldt dat bij elke organisatie die deze dienst gebruikt.
opt-out-saved-in-title = Uw weigering is ingetrokken
opt-out-saved-in = Wat u elke organisatie hebt gezegd, telt weer.
opt-out-no-cookie-title = Uw keuze kan niet worden bewaard
opt-out-no-cookie = Uw browser bewaart geen cookie van deze site en zou dus niet worden herkend. Sta hier cookies toe en probeer het opnieuw.

## A link that leads to nobody

unknown-title = Deze link werkt niet
unknown-lead = Wij kunnen niet zien wiens instellingen hij moet openen. Er is niets gewijzigd.
unknown-help-heading = Wat u kunt doen
unknown-help-newest = Open de nieuwste e-mail van de afzender en gebruik de link daarin.
unknown-help-whole = Als u de link hebt gekopieerd, controleer dan of hij volledig is.
unknown-help-reply = Of beantwoord de e-mail en zeg wat u wilt. Dat is genoeg.

## A store is away, or a mistake of ours

unavailable-title = Probeer het alstublieft opnieuw
unavailable-answer = Wij konden uw antwoord niet opslaan.
unavailable-answer-detail = Onze opslag reageerde niet, dus uw antwoord is niet bevestigd. Stuur het alstublieft opnieuw. Het kan geen kwaad om het twee keer te sturen.
unavailable-show = Wij kunnen uw instellingen nu niet tonen.
unavailable-show-detail = Er is niets gewijzigd. Probeer het zo meteen opnieuw.
unavailable-repeat = Mijn antwoord opnieuw sturen
unavailable-reload = Opnieuw proberen
unavailable-yours = Uw antwoord: { $answer }

failure-title = Er ging bij ons iets mis
failure-detail = Uw antwoord is niet bevestigd. Probeer het later opnieuw, of beantwoord de e-mail en zeg wat u wilt.
failure-detail-here = Uw antwoord is niet bevestigd. Probeer het later opnieuw.
failure-number = Kenmerk voor onze helpdesk: { $number }

## The banner and the preference dialog on sites

banner-language-name = Nederlands
banner-title = Mogen wij gebruiken wat u hier doet?
banner-text = { $organisation } vraagt uw toestemming. De site werkt ook zonder, en u kunt uw antwoord altijd wijzigen.
banner-unnamed = De beheerder van deze site
banner-purposes = Waarvoor: { $purposes }.
banner-refuse = Alles weigeren
banner-accept = Alles toestaan
banner-choose = Kiezen
banner-save = Mijn keuzes opslaan
banner-close = Sluiten
banner-preferences-title = Uw keuzes
banner-privacy-notice = Privacyverklaring
banner-language = Taal
banner-gpc-title = Uw privacysignaal wordt gerespecteerd
banner-gpc = Uw browser stuurt Global Privacy Control. Wij hebben dat als een nee opgevat waar het geldt; u hoeft verder niets te doen.
banner-locked = Blijft uit vanwege uw privacysignaal of uw weigering.
banner-opted-out = U hebt bij alle organisaties alles geweigerd. Dat blijft zo totdat u het intrekt.
banner-embed = Dit komt van elders en wacht op uw ja voor: { $purposes }
banner-embed-allow = Toestaan en tonen
banner-not-saved-title = Uw antwoord kon niet worden opgeslagen
banner-not-saved = Het geldt op deze pagina. De dienst noch deze browser kon het bewaren, dus wordt het u opnieuw gevraagd.
banner-dc = Gegevensverzameling
banner-dc-text = Wij verzamelen wat u op deze site doet: welke pagina’s u bekijkt, wat u zoekt.
banner-al = Analyse
banner-al-text = Wij meten hoe de site wordt gebruikt, om haar te verbeteren.
banner-tg = Doelgroepen
banner-tg-text = Wat u interesseert, bepaalt wat wij u tonen, hier en in reclame.
banner-cd = Meerdere apparaten
banner-cd-text = Wij herkennen dat uw telefoon en uw computer van dezelfde persoon zijn.
banner-sh = Delen
banner-sh-text = Wij geven door aan partners wat wij weten.
banner-re = Herkenning
banner-re-text = Wij koppelen wat u op deze site doet aan uw naam of uw klantaccount.
