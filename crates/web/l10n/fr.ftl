# Textes pour les personnes qui reçoivent du courrier. Des mots simples ; les deux réponses ont le même poids ; rien ne presse.
# Les espaces devant « ? », « : », « ; » et dans les heures sont insécables.

## Toutes les pages

language-choice = Langue
sender-unnamed = L’expéditeur de votre courriel

# 21 novembre 2026, 19 h 40 UTC
moment = { $day } { $month } { $year }, { $hour } h { $minute } UTC
day-first = 1er
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

## Le formulaire sur le suivi comportemental

tracking-title = Pouvons-nous savoir sur quoi vous cliquez ?
tracking-lead = C’est vous qui décidez si les clics et les ouvertures de nos courriels vous sont associés (suivi comportemental).

status-heading = Votre réponse actuelle
status-since = depuis le { $moment }
status-refused = Refusé
status-refused-effect = Vos clics et vos ouvertures ne vous sont pas associés.
status-accepted = Accepté
status-accepted-effect = Vos clics et vos ouvertures vous sont associés.
status-unanswered = Sans réponse
status-unanswered-linked = Tant que vous n’avez pas répondu, vos clics et vos ouvertures vous sont associés.
status-unanswered-unlinked = Tant que vous n’avez pas répondu, vos clics et vos ouvertures ne vous sont pas associés.
status-lapsed = Vous aviez donné votre consentement le { $moment }. Il n’est plus valable.

meaning-heading = De quoi s’agit-il ?
meaning-agree-term = Si vous acceptez
meaning-agree = Quand vous ouvrez un de nos courriels ou cliquez sur un lien, nous notons que c’était vous. Cela nous permet de voir ce qui vous intéresse et de choisir ce que nous vous envoyons.
meaning-refuse-term = Si vous refusez
meaning-refuse = Nous ne faisons que compter. Nous voyons qu’un lien a reçu 40 clics, mais pas de qui. Tous les liens continuent de fonctionner et vous continuez de recevoir nos courriels.
meaning-both = Dans les deux cas, votre réponse prend effet immédiatement, y compris pour les courriels que vous avez déjà reçus. Vous pouvez la changer ici à tout moment.

answer-refuse = Je refuse que mes clics me soient associés
answer-grant = J’accepte que mes clics me soient associés

gpc-notice = Votre navigateur envoie un signal de confidentialité (Global Privacy Control) : il demande qu’on ne vous suive pas. Si vous acceptez malgré tout, votre réponse sur cette page s’applique à nos courriels.

saved-refused-title = Votre refus est enregistré
saved-refused = Désormais, vos clics et vos ouvertures ne vous seront pas associés.
saved-granted-title = Votre consentement est enregistré
saved-granted = Désormais, vos clics et vos ouvertures vous seront associés.

privacy-notice = Politique de confidentialité

## Une réponse qui n’a pas pu être prise telle quelle

not-saved-title = Rien n’a été enregistré
not-saved-expired = Cette page était ouverte depuis plus d’un jour, trop longtemps pour un consentement. Voici une page à jour. Veuillez répondre à nouveau.
not-saved-incomplete = Le formulaire nous est revenu incomplet : votre consentement n’a pas été enregistré. Veuillez répondre à nouveau sur cette page à jour.
not-saved-overtaken = Ce formulaire avait déjà servi et vous avez refusé depuis. Votre refus reste valable. Si vous voulez accepter maintenant, veuillez répondre à nouveau sur cette page.
not-saved-unchosen = Nous n’avons pas pu déterminer votre réponse. Veuillez choisir l’une des deux.

## The form to opt out of communications, and one-click unsubscribing

unsubscribe-title = Quels courriels voulez-vous arrêter ?
unsubscribe-lead = Vous pouvez vous désabonner ici immédiatement. Vous n’avez besoin ni de compte ni de mot de passe.
unsubscribe-heading = Ce que nous envoyons
unsubscribe-choose = Cochez ce que vous ne voulez plus recevoir
unsubscribe-selected = Arrêter ce que j’ai coché
unsubscribe-all = Tout arrêter
unsubscribe-one = Me désabonner
unsubscribe-unchosen = Vous n’avez rien coché. Cochez ce que vous ne voulez plus recevoir, ou arrêtez tout.
unsubscribe-done-title = Vous êtes désabonné
unsubscribe-done = C’est enregistré. Des courriels déjà en route peuvent encore arriver.
unsubscribe-nothing = Vous ne recevez aucun de ces courriels.
unsubscribe-tracking = Se désabonner ne change rien au fait que vos clics vous soient associés ou non.
unsubscribe-tracking-link = Décider de cela aussi

communication-opted-in = Vous les avez demandés.
communication-opted-out = Vous n’en voulez pas.
communication-unanswered = Vous ne vous êtes pas prononcé.

## The preference centre

preferences-title = Vos réglages
preferences-lead = Vous décidez de ce que nous vous envoyons et de ce que nous pouvons noter. Tout prend effet immédiatement.
preferences-link = Tous vos réglages
preferences-tracking-heading = Clics et ouvertures
preferences-tracking-question = Les clics et les ouvertures de nos courriels peuvent-ils vous être associés ?
preferences-flags-question = Que pouvons-nous faire de ce que nous savons de vous ?
preferences-communications-heading = Courriels
preferences-communications-question = Quels courriels voulez-vous recevoir ?
preferences-save = Enregistrer mes réglages
preferences-saved-title = Vos réglages sont enregistrés
preferences-saved = Ils s’appliquent dès maintenant.
preferences-partly-title = Tout n’a pas été enregistré
preferences-partly = Ce que vous avez refusé est enregistré. Ce que vous avez accepté ne l’est pas : cette page était ouverte depuis trop longtemps, ou vous avez refusé depuis. Si vous voulez accepter maintenant, veuillez choisir à nouveau sur cette page.
preferences-profile = Vos renseignements

choice-yes = Oui
choice-no = Non

## The form to opt in to communications

opt-in-title = Que pouvons-nous vous envoyer ?
opt-in-lead = Choisissez les courriels que vous aimeriez recevoir. Vous pouvez les arrêter à tout moment, d’un seul clic.
opt-in-choose = Cochez ce que vous aimeriez recevoir
opt-in-tracking = Les clics et les ouvertures de nos courriels peuvent-ils vous être associés ?
opt-in-tracking-detail = Votre réponse ne change rien à ce que nous vous envoyons.
opt-in-submit = Envoyer mes réponses
opt-in-unchosen = Vous n’avez rien choisi. Cochez un courriel, ou répondez à la question.
opt-in-done-title = Merci
opt-in-done = Vos réponses sont enregistrées. Vous pouvez les changer à tout moment.

## The form about a person's details

profile-title = Vos renseignements
profile-lead = Corrigez ici ce que nous savons de vous. Seul ce que vous changez est enregistré.
profile-details = Ce que nous savons de vous
profile-tracking = Les clics et les ouvertures de nos courriels peuvent-ils vous être associés ?
profile-submit = Enregistrer mes renseignements
profile-done-title = Vos renseignements sont enregistrés
profile-done = Ils s’appliquent dès maintenant.
profile-invalid = Ceci ne peut pas être enregistré tel quel. Veuillez le corriger.
profile-nothing = Nous ne gardons à votre sujet aucun renseignement qui pourrait être changé ici.

## The preview for those who write the words

preview-title = Aperçu
preview-text = Voici comment le formulaire est affiché. Rien de ce qui est choisi ici n’est enregistré.

## Le formulaire au clic

intercept-title = Pouvons-nous savoir sur quoi vous cliquez ?
intercept-lead = Vous avez cliqué sur un lien dans un courriel de { $sender }. Avant de continuer, vous pouvez décider si les clics et les ouvertures dans ces courriels sont liés à vous.
intercept-lead-unnamed = Vous avez cliqué sur un lien dans un courriel. Avant de continuer, vous pouvez décider si les clics et les ouvertures dans ces courriels sont liés à vous.
intercept-accept = Accepter
intercept-refuse = Refuser
intercept-later = Me demander plus tard
intercept-later-effect = Rien n’est décidé maintenant. Nous pourrons vous demander une autre fois.
intercept-both = Quel que soit votre choix, vous continuez vers { $host }. Vous pourrez changer de réponse plus tard, par le lien vers vos réglages dans nos courriels.
intercept-go-on = Continuer vers { $host } sans répondre
intercept-communication-title = Souhaitez-vous recevoir { $type } ?
intercept-communication-lead = Vous avez cliqué sur un lien dans un courriel de { $sender }. Avant de continuer, vous pouvez dire si vous souhaitez recevoir de tels courriels.
intercept-communication-lead-unnamed = Vous avez cliqué sur un lien dans un courriel. Avant de continuer, vous pouvez dire si vous souhaitez recevoir de tels courriels.
intercept-communication-heading = Ce que vous pouvez répondre
intercept-communication-no-term = Si vous n’en voulez pas
intercept-communication-no-effect = Nous cessons de vous envoyer { $type }. Vous pourrez les redemander quand vous voudrez.
intercept-communication-no = Non
intercept-communication-yes-term = Si vous les voulez
intercept-communication-yes-effect = Nous vous envoyons { $type }. Vous pouvez les arrêter à tout moment, d’un clic.
intercept-communication-yes = Oui

## Opting out everywhere

opt-out-title = Tout refuser partout
opt-out-lead = Un seul choix pour ce navigateur, auprès de chaque organisation qui utilise ce service.

opt-out-state-heading = Ce navigateur
opt-out-state-out = Tout est refusé
opt-out-state-out-effect = Aucune organisation ne peut recueillir, analyser, partager ni relier ce que fait ce navigateur.
opt-out-state-in = Pas de refus général
opt-out-state-in-effect = Ce que vous avez dit à chaque organisation compte.

opt-out-out-term = Si vous refusez tout
opt-out-out = Rien de ce que fait ce navigateur n’est recueilli, analysé, utilisé pour la publicité, relié à vos autres appareils ni partagé, par aucune organisation qui utilise ce service, quoi que vous leur ayez dit auparavant. Nous gardons un seul témoin (cookie), pour reconnaître ce navigateur.
opt-out-in-term = Si vous revenez sur ce refus
opt-out-in = Ce que vous avez dit à chaque organisation compte de nouveau. Ce que vous y avez refusé reste refusé.
opt-out-both = Votre choix prend effet tout de suite. Il ne vaut que pour ce navigateur : refaites-le dans vos autres navigateurs, sur vos autres appareils, et après avoir supprimé vos témoins (cookies).

opt-out-answer-out = Tout refuser
opt-out-answer-in = Revenir sur ce refus

opt-out-saved-out-title = Tout est refusé
opt-out-saved-out = Dès maintenant, cela vaut auprès de chaque organisation qui utilise ce service.
opt-out-saved-in-title = Votre refus général est retiré
opt-out-saved-in = Ce que vous avez dit à chaque organisation compte de nouveau.
opt-out-no-cookie-title = Votre choix ne peut pas être gardé
opt-out-no-cookie = Votre navigateur ne garde aucun témoin (cookie) de ce site, il ne serait donc pas reconnu. Autorisez les témoins ici et réessayez.

## Un lien qui ne mène à personne

unknown-title = Ce lien ne fonctionne pas
unknown-lead = Nous ne pouvons pas savoir à qui appartiennent les réglages à ouvrir. Rien n’a été modifié.
unknown-help-heading = Ce que vous pouvez faire
unknown-help-newest = Ouvrez le courriel le plus récent de l’expéditeur et utilisez le lien qu’il contient.
unknown-help-whole = Si vous avez copié le lien, vérifiez qu’il est complet.
unknown-help-reply = Ou répondez au courriel en disant ce que vous souhaitez. Cela suffit.

## Un stockage absent, ou une erreur de notre part

unavailable-title = Veuillez réessayer
unavailable-answer = Nous n’avons pas pu enregistrer votre réponse.
unavailable-answer-detail = Notre stockage n’a pas répondu : votre réponse n’est pas confirmée. Veuillez l’envoyer à nouveau. L’envoyer deux fois est sans conséquence.
unavailable-show = Nous ne pouvons pas afficher vos réglages pour le moment.
unavailable-show-detail = Rien n’a été modifié. Veuillez réessayer dans un instant.
unavailable-repeat = Envoyer ma réponse à nouveau
unavailable-reload = Réessayer
unavailable-yours = Votre réponse : { $answer }

failure-title = Une erreur s’est produite de notre côté
failure-detail = Votre réponse n’est pas confirmée. Veuillez réessayer plus tard, ou répondez au courriel en disant ce que vous souhaitez.
failure-detail-here = Votre réponse n’est pas confirmée. Veuillez réessayer plus tard.
failure-number = Référence pour notre assistance : { $number }

## Le bandeau et les préférences sur les sites

banner-language-name = Français
banner-title = Pouvons-nous utiliser ce que vous faites ici ?
banner-text = { $organisation } vous demande votre accord. Le site fonctionne sans lui, et vous pouvez changer votre réponse à tout moment.
banner-unnamed = L’exploitant de ce site
banner-purposes = À quelles fins : { $purposes }.
banner-refuse = Tout refuser
banner-accept = Tout accepter
banner-choose = Choisir
banner-save = Enregistrer mes choix
banner-close = Fermer
banner-preferences-title = Vos choix
banner-privacy-notice = Politique de confidentialité
banner-language = Langue
banner-gpc-title = Votre signal de confidentialité est respecté
banner-gpc = Votre navigateur envoie Global Privacy Control. Nous l’avons pris pour un refus partout où il s’applique ; vous n’avez rien d’autre à faire.
banner-locked = Reste désactivé à cause de votre signal de confidentialité ou de votre opposition.
banner-opted-out = Vous vous êtes opposé à tout, auprès de toutes les organisations. Il en reste ainsi jusqu’à ce que vous reveniez sur ce choix.
banner-embed = Ce contenu vient d’ailleurs et attend votre accord pour : { $purposes }
banner-embed-allow = Autoriser et afficher
banner-not-saved-title = Votre réponse n’a pas pu être enregistrée
banner-not-saved = Elle vaut pour cette page. Ni le service ni ce navigateur n’ont pu la conserver : la question vous sera posée de nouveau.
banner-dc = Collecte de données
banner-dc-text = Nous recueillons ce que vous faites sur ce site : pages consultées, recherches.
banner-al = Mesure d’audience
banner-al-text = Nous mesurons l’usage du site pour l’améliorer.
banner-tg = Ciblage
banner-tg-text = Ce qui vous intéresse décide de ce que nous vous montrons, ici et dans la publicité.
banner-cd = Plusieurs appareils
banner-cd-text = Nous reconnaissons que votre téléphone et votre ordinateur appartiennent à la même personne.
banner-sh = Partage
banner-sh-text = Nous transmettons ce que nous savons à des partenaires.
banner-re = Reconnaissance
banner-re-text = Nous relions ce que vous faites sur ce site à votre nom ou à votre compte client.
