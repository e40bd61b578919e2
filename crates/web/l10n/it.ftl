# Testi per chi riceve posta. Parole semplici; le due risposte pesano allo stesso modo; nulla mette fretta.

## Every page

language-choice = Lingua
sender-unnamed = Il mittente della sua e-mail

# 21 novembre 2026, 19:40 UTC
moment = { $day } { $month } { $year }, { $hour }:{ $minute } UTC
day-first = 1º
month-1 = gennaio
month-2 = febbraio
month-3 = marzo
month-4 = aprile
month-5 = maggio
month-6 = giugno
month-7 = luglio
month-8 = agosto
month-9 = settembre
month-10 = ottobre
month-11 = novembre
month-12 = dicembre

## The form about behavioural tracking

tracking-title = Possiamo sapere su che cosa fa clic?
tracking-lead = È lei a decidere se i clic e le aperture delle nostre e-mail vengono collegati a lei.

status-heading = La sua risposta attuale
status-since = dal { $moment }
status-refused = Rifiutato
status-refused-effect = I suoi clic e le sue aperture non vengono collegati a lei.
status-accepted = Accettato
status-accepted-effect = I suoi clic e le sue aperture vengono collegati a lei.
status-unanswered = Senza risposta
status-unanswered-linked = Finché non risponde, i suoi clic e le sue aperture vengono collegati a lei.
status-unanswered-unlinked = Finché non risponde, i suoi clic e le sue aperture non vengono collegati a lei.
status-lapsed = Ha accettato il { $moment }. Quel consenso è scaduto.

meaning-heading = Di che cosa si tratta
meaning-agree-term = Se accetta
meaning-agree = Quando apre una nostra e-mail o fa clic su un link, registriamo che è stato lei. Così vediamo che cosa le interessa e scegliamo che cosa inviarle.
meaning-refuse-term = Se rifiuta
meaning-refuse = Contiamo soltanto. Vediamo che un link ha ricevuto 40 clic, ma non da chi. Ogni link continua a funzionare e lei continua a ricevere le nostre e-mail.
meaning-both = In entrambi i casi la sua risposta ha effetto subito, anche per le e-mail che ha già. Può cambiarla qui quando vuole.

answer-refuse = Rifiuto che i miei clic siano collegati a me
answer-grant = Accetto che i miei clic siano collegati a me

gpc-notice = Il suo browser invia un segnale di privacy (Global Privacy Control): chiede di non essere tracciato. Se qui accetta comunque, la sua risposta su questa pagina vale per le nostre e-mail.

saved-refused-title = Il suo rifiuto è registrato
saved-refused = Da ora i suoi clic e le sue aperture non vengono collegati a lei.
saved-granted-title = Il suo consenso è registrato
saved-granted = Da ora i suoi clic e le sue aperture vengono collegati a lei.

privacy-notice = Informativa sulla privacy

## An answer that could not be taken as it came

not-saved-title = Non è stato salvato nulla
not-saved-expired = Questa pagina era aperta da più di un giorno, troppo per un consenso. Ecco una pagina nuova. Risponda di nuovo, per favore.
not-saved-incomplete = Il modulo è tornato incompleto, quindi il suo consenso non è stato salvato. Risponda di nuovo su questa pagina nuova, per favore.
not-saved-overtaken = Questo modulo era già stato usato e da allora lei ha rifiutato. Il suo rifiuto resta valido. Se ora vuole accettare, risponda di nuovo su questa pagina, per favore.
not-saved-unchosen = Non abbiamo capito quale risposta ha scelto. Scelga una delle due, per favore.

## The form on a click

intercept-title = Possiamo sapere su che cosa fa clic?
intercept-lead = Ha fatto clic su un link in un'e-mail di { $sender }. Prima di continuare, può decidere se i clic e le aperture di queste e-mail siano collegati a Lei.
intercept-lead-unnamed = Ha fatto clic su un link in un'e-mail. Prima di continuare, può decidere se i clic e le aperture di queste e-mail siano collegati a Lei.
intercept-accept = Accetto
intercept-refuse = Rifiuto
intercept-later = Chiedere più tardi
intercept-later-effect = Ora non si decide nulla. Potremmo chiederlo di nuovo un'altra volta.
intercept-both = Qualunque sia la scelta, proseguirà verso { $host }. Potrà cambiare la risposta in seguito, con il link alle Sue impostazioni nelle nostre e-mail.
intercept-go-on = Proseguire verso { $host } senza rispondere
intercept-communication-title = Desidera ricevere { $type }?
intercept-communication-lead = Ha fatto clic su un link in un'e-mail di { $sender }. Prima di continuare, può dire se desidera ricevere e-mail di questo tipo.
intercept-communication-lead-unnamed = Ha fatto clic su un link in un'e-mail. Prima di continuare, può dire se desidera ricevere e-mail di questo tipo.
intercept-communication-heading = Che cosa può rispondere
intercept-communication-no-term = Se non le desidera
intercept-communication-no-effect = Non Le inviamo più { $type }. Potrà richiederle quando vuole.
intercept-communication-no = No
intercept-communication-yes-term = Se le desidera
intercept-communication-yes-effect = Le inviamo { $type }. Potrà interromperle in qualsiasi momento, con un clic.
intercept-communication-yes = Sì

## The form to opt out of communications, and one-click unsubscribing

unsubscribe-title = Quali e-mail non vuole più ricevere?
unsubscribe-lead = Qui può annullare subito l’iscrizione. Non servono né un account né una password.
unsubscribe-heading = Che cosa inviamo
unsubscribe-choose = Selezioni ciò che non vuole più
unsubscribe-selected = Interrompere ciò che ho selezionato
unsubscribe-all = Interrompere tutto
unsubscribe-one = Annullare l’iscrizione
unsubscribe-unchosen = Non ha selezionato nulla. Selezioni ciò che non vuole più, oppure interrompa tutto.
unsubscribe-done-title = La sua iscrizione è annullata
unsubscribe-done = È stato salvato. Le e-mail già in viaggio possono ancora arrivare.
unsubscribe-nothing = Non riceve nessuna di queste e-mail.
unsubscribe-tracking = Annullare l’iscrizione non cambia il fatto che i suoi clic siano o no collegati a lei.
unsubscribe-tracking-link = Decidere anche su questo

communication-opted-in = Le ha chieste lei.
communication-opted-out = Non le vuole.
communication-unanswered = Non si è espresso.

## The preference centre

preferences-title = Le sue impostazioni
preferences-lead = È lei a decidere che cosa le inviamo e che cosa possiamo registrare. Tutto ha effetto subito.
preferences-link = Tutte le sue impostazioni
preferences-tracking-heading = Clic e aperture
preferences-tracking-question = I clic e le aperture delle nostre e-mail possono essere collegati a lei?
preferences-flags-question = Che cosa possiamo fare con ciò che sappiamo di lei?
preferences-communications-heading = E-mail
preferences-communications-question = Quali e-mail desidera?
preferences-save = Salvare le mie impostazioni
preferences-saved-title = Le sue impostazioni sono salvate
preferences-saved = Valgono da ora.
preferences-partly-title = Non tutto è stato salvato
preferences-partly = Ciò che ha rifiutato è salvato. Ciò che ha accettato no: questa pagina era aperta da troppo tempo, oppure da allora lei ha rifiutato. Se ora vuole accettare, scelga di nuovo su questa pagina, per favore.
preferences-profile = I suoi dati

choice-yes = Sì
choice-no = No

## The form to opt in to communications

opt-in-title = Che cosa possiamo inviarle?
opt-in-lead = Scelga le e-mail che desidera ricevere. Può interromperle quando vuole, con un clic.
opt-in-choose = Selezioni ciò che desidera ricevere
opt-in-tracking = I clic e le aperture delle nostre e-mail possono essere collegati a lei?
opt-in-tracking-detail = La sua risposta non cambia ciò che le inviamo.
opt-in-submit = Inviare le mie risposte
opt-in-unchosen = Non ha scelto nulla. Selezioni un’e-mail oppure risponda alla domanda.
opt-in-done-title = Grazie
opt-in-done = Le sue risposte sono salvate. Può cambiarle quando vuole.

## The form about a person's details

profile-title = I suoi dati
profile-lead = Corregga qui ciò che sappiamo di lei. Viene salvato solo ciò che cambia.
profile-details = Che cosa sappiamo di lei
profile-tracking = I clic e le aperture delle nostre e-mail possono essere collegati a lei?
profile-submit = Salvare i miei dati
profile-done-title = I suoi dati sono salvati
profile-done = Valgono da ora.
profile-invalid = Così non può essere salvato. Lo corregga, per favore.
profile-nothing = Non conserviamo su di lei dati che si possano cambiare qui.

## The preview for those who write the words

preview-title = Anteprima
preview-text = Così si vede il modulo. Nulla di ciò che si sceglie qui viene registrato.

## Opting out everywhere

opt-out-title = Rifiutare ovunque
opt-out-lead = Una sola scelta per questo browser, presso ogni organizzazione che usa questo servizio.

opt-out-state-heading = Questo browser
opt-out-state-out = Tutto rifiutato
opt-out-state-out-effect = Nessuna organizzazione può raccogliere, analizzare, condividere o collegare ciò che fa questo browser.
opt-out-state-in = Nessun rifiuto generale
opt-out-state-in-effect = Conta ciò che ha detto a ogni organizzazione.

opt-out-out-term = Se rifiuta tutto
opt-out-out = Nulla di ciò che fa questo browser viene raccolto, analizzato, usato per la pubblicità, collegato agli altri suoi dispositivi o condiviso, presso nessuna organizzazione che usa questo servizio, qualunque cosa lei abbia detto prima. Conserviamo un solo cookie, per riconoscere questo browser.
opt-out-in-term = Se ritira il rifiuto
opt-out-in = Conta di nuovo ciò che ha detto a ogni organizzazione. Ciò che lì ha rifiutato resta rifiutato.
opt-out-both = La sua scelta ha effetto subito. Vale solo per questo browser: la ripeta negli altri browser, sugli altri dispositivi e dopo aver cancellato i cookie.

opt-out-answer-out = Rifiutare tutto
opt-out-answer-in = Ritirare il rifiuto

opt-out-saved-out-title = Tutto è rifiutato
opt-out-saved-out = Da ora vale presso ogni organizzazione che usa questo servizio.
opt-out-saved-in-title = Il suo rifiuto generale è ritirato
opt-out-saved-in = Conta di nuovo ciò che ha detto a ogni organizzazione.
opt-out-no-cookie-title = La sua scelta non può essere conservata
opt-out-no-cookie = Il suo browser non conserva alcun cookie di questo sito, quindi non verrebbe riconosciuto. Consenta i cookie qui e riprovi, per favore.

## A link that leads to nobody

unknown-title = Questo link non funziona
unknown-lead = Non possiamo sapere di chi sono le impostazioni da aprire. Non è stato cambiato nulla.
unknown-help-heading = Che cosa può fare
unknown-help-newest = Apra l’e-mail più recente del mittente e usi il link che contiene.
unknown-help-whole = Se ha copiato il link, controlli che sia completo.
unknown-help-reply = Oppure risponda all’e-mail e dica che cosa desidera. È sufficiente.

## A store is away, or a mistake of ours

unavailable-title = Riprovi, per favore
unavailable-answer = Non abbiamo potuto salvare la sua risposta.
unavailable-answer-detail = Il nostro archivio non ha risposto, quindi la sua risposta non è confermata. La invii di nuovo, per favore. Inviarla due volte non fa danni.
unavailable-show = In questo momento non possiamo mostrare le sue impostazioni.
unavailable-show-detail = Non è stato cambiato nulla. Riprovi fra poco, per favore.
unavailable-repeat = Inviare di nuovo la mia risposta
unavailable-reload = Riprovare
unavailable-yours = La sua risposta: { $answer }

failure-title = Qualcosa è andato storto da parte nostra
failure-detail = La sua risposta non è confermata. Riprovi più tardi, oppure risponda all’e-mail e dica che cosa desidera.
failure-detail-here = La sua risposta non è confermata. Riprovi più tardi, per favore.
failure-number = Riferimento per la nostra assistenza: { $number }

## The banner and the preference dialog on sites

banner-language-name = Italiano
banner-title = Possiamo usare ciò che fa qui?
banner-text = { $organisation } chiede il suo consenso. Il sito funziona anche senza, e può cambiare la sua risposta quando vuole.
banner-unnamed = Il gestore di questo sito
banner-purposes = A che scopo: { $purposes }.
banner-refuse = Rifiutare tutto
banner-accept = Accettare tutto
banner-choose = Scegliere
banner-save = Salvare le mie scelte
banner-close = Chiudere
banner-preferences-title = Le sue scelte
banner-privacy-notice = Informativa sulla privacy
banner-language = Lingua
banner-gpc-title = Il suo segnale di privacy è rispettato
banner-gpc = Il suo browser invia Global Privacy Control. Lo abbiamo preso come un no ovunque si applichi; non deve fare altro.
banner-locked = Resta disattivato per il suo segnale di privacy o per il suo rifiuto.
banner-opted-out = Ha rifiutato tutto presso tutte le organizzazioni. Resta così finché non lo ritira.
banner-embed = Questo viene da altrove e attende il suo sì a: { $purposes }
banner-embed-allow = Consentire e mostrare
banner-not-saved-title = La sua risposta non ha potuto essere salvata
banner-not-saved = Vale su questa pagina. Né il servizio né questo browser hanno potuto conservarla, quindi le verrà chiesto di nuovo.
banner-dc = Raccolta di dati
banner-dc-text = Raccogliamo ciò che fa su questo sito: le pagine che guarda, ciò che cerca.
banner-al = Analisi
banner-al-text = Misuriamo come viene usato il sito, per migliorarlo.
banner-tg = Targeting
banner-tg-text = Ciò che le interessa decide che cosa le mostriamo, qui e nella pubblicità.
banner-cd = Più dispositivi
banner-cd-text = Riconosciamo che il suo telefono e il suo computer sono della stessa persona.
banner-sh = Condivisione
banner-sh-text = Trasmettiamo ai partner ciò che sappiamo.
banner-re = Riconoscimento
banner-re-text = Colleghiamo ciò che fa su questo sito al suo nome o al suo account cliente.
