# Texts for people who get mail. Plain words; the two answers weigh the same; nothing is urged.
# Every language has the same ids and variables (a test holds it).

## Every page

language-choice = Language
sender-unnamed = The sender of your email

# 21 November 2026, 19:40 UTC
moment = { $day } { $month } { $year }, { $hour }:{ $minute } UTC
day-first = 1
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## The form about behavioural tracking

tracking-title = May we know what you click on?
tracking-lead = You decide whether clicks and opens in our emails are linked to you.

status-heading = Your present answer
status-since = since { $moment }
status-refused = Refused
status-refused-effect = Your clicks and opens are not linked to you.
status-accepted = Accepted
status-accepted-effect = Your clicks and opens are linked to you.
status-unanswered = Unanswered
status-unanswered-linked = Until you answer, your clicks and opens are linked to you.
status-unanswered-unlinked = Until you answer, your clicks and opens are not linked to you.
status-lapsed = You agreed on { $moment }. That agreement has run out.

meaning-heading = What this is about
meaning-agree-term = If you agree
meaning-agree = When you open one of our emails or click a link in it, we record that it was you. This lets us see what interests you and choose what we send you.
meaning-refuse-term = If you refuse
meaning-refuse = We only count. We see that a link was clicked 40 times, but not by whom. Every link keeps working and you keep getting our emails.
meaning-both = Either way, your answer takes effect at once, also for emails that you already have. You can change it here whenever you like.

answer-refuse = I refuse. Do not link my clicks to me
answer-grant = I agree. You may link my clicks to me

gpc-notice = Your browser sends a privacy signal (Global Privacy Control): it asks not to be tracked. If you agree here all the same, your answer on this page counts for our emails.

saved-refused-title = Your refusal is saved
saved-refused = From now on, your clicks and opens are not linked to you.
saved-granted-title = Your agreement is saved
saved-granted = From now on, your clicks and opens are linked to you.

privacy-notice = Privacy notice

## An answer that could not be taken as it came

not-saved-title = Nothing was saved
not-saved-expired = This page had been open for more than a day, too long for an agreement. Here is a fresh page. Please answer again.
not-saved-incomplete = The form came back incomplete, so your agreement was not saved. Please answer again on this fresh page.
not-saved-overtaken = This form was used before, and you have refused since. Your refusal stands. If you want to agree now, please answer again on this page.
not-saved-unchosen = We could not tell which answer you chose. Please choose one of the two.

## The form to opt out of communications, and one-click unsubscribing

unsubscribe-title = Which emails do you want to stop?
unsubscribe-lead = You can unsubscribe here at once. You need no account and no password.
unsubscribe-heading = What we send
unsubscribe-choose = Tick what you no longer want
unsubscribe-selected = Stop what I have ticked
unsubscribe-all = Stop all of them
unsubscribe-one = Unsubscribe
unsubscribe-unchosen = You have ticked nothing. Tick what you no longer want, or stop all of them.
unsubscribe-done-title = You are unsubscribed
unsubscribe-done = We have saved it. Emails that are on their way already may still arrive.
unsubscribe-nothing = You get none of these emails.
unsubscribe-tracking = Unsubscribing changes nothing about whether your clicks are linked to you.
unsubscribe-tracking-link = Decide about that, too

communication-opted-in = You asked for these.
communication-opted-out = You do not want these.
communication-unanswered = You have not said.

## The preference centre

preferences-title = Your settings
preferences-lead = You decide what we send you and what we may record. Everything takes effect at once.
preferences-link = All your settings
preferences-tracking-heading = Clicks and opens
preferences-tracking-question = May clicks and opens in our emails be linked to you?
preferences-flags-question = What may we do with what we know of you?
preferences-communications-heading = Emails
preferences-communications-question = Which emails do you want?
preferences-save = Save my settings
preferences-saved-title = Your settings are saved
preferences-saved = They hold from now on.
preferences-partly-title = Not everything was saved
preferences-partly = What you refused is saved. What you agreed to is not: this page had been open for too long, or you have refused since. If you want to agree now, please choose again on this page.
preferences-profile = Your details

choice-yes = Yes
choice-no = No

## The form to opt in to communications

opt-in-title = What may we send you?
opt-in-lead = Choose the emails that you would like to get. You can stop them at any time, with one click.
opt-in-choose = Tick what you would like to get
opt-in-tracking = May clicks and opens in our emails be linked to you?
opt-in-tracking-detail = Your answer changes nothing about what we send you.
opt-in-submit = Send my answers
opt-in-unchosen = You have chosen nothing. Tick an email, or answer the question.
opt-in-done-title = Thank you
opt-in-done = Your answers are saved. You can change them at any time.

## The form about a person's details

profile-title = Your details
profile-lead = Correct here what we know about you. Only what you change is saved.
profile-details = What we know about you
profile-tracking = May clicks and opens in our emails be linked to you?
profile-submit = Save my details
profile-done-title = Your details are saved
profile-done = They hold from now on.
profile-invalid = This cannot be saved as it is. Please correct it.
profile-nothing = We keep no details about you that could be changed here.

## The preview for those who write the words

preview-title = Preview
preview-text = This is how people see the form. Nothing that is chosen here is recorded.

## The form on a click

intercept-title = May we know what you click on?
intercept-lead = You clicked a link in an email from { $sender }. Before you go on, you can decide whether clicks and opens in these emails are linked to you.
intercept-lead-unnamed = You clicked a link in an email. Before you go on, you can decide whether clicks and opens in these emails are linked to you.
intercept-accept = Accept
intercept-refuse = Refuse
intercept-later = Ask me later
intercept-later-effect = Nothing is decided now. We may ask again another time.
intercept-both = Whatever you choose, you go on to { $host }. You can change your answer later, with the link to your settings in our emails.
intercept-go-on = Go on to { $host } without an answer
intercept-communication-title = Would you like to get { $type }?
intercept-communication-lead = You clicked a link in an email from { $sender }. Before you go on, you can say whether you would like to get such emails.
intercept-communication-lead-unnamed = You clicked a link in an email. Before you go on, you can say whether you would like to get such emails.
intercept-communication-heading = What you can say
intercept-communication-no-term = If you do not want them
intercept-communication-no-effect = We stop sending you { $type }. You can ask for them again whenever you like.
intercept-communication-no = No
intercept-communication-yes-term = If you want them
intercept-communication-yes-effect = We send you { $type }. You can stop them at any time, with one click.
intercept-communication-yes = Yes

## Opting out everywhere

opt-out-title = Opt out everywhere
opt-out-lead = One choice for this browser, at every organisation that uses this service.

opt-out-state-heading = This browser
opt-out-state-out = Opted out
opt-out-state-out-effect = No organisation may collect, analyse, share or link what this browser does.
opt-out-state-in = Not opted out
opt-out-state-in-effect = What you told each organisation counts.

opt-out-out-term = If you opt out
opt-out-out = Nothing that this browser does is collected, analysed, used for advertising, linked with your other devices or shared, at any organisation that uses this service, whatever you told them before. We keep one cookie, so that this browser is known again.
opt-out-in-term = If you opt in again
opt-out-in = What you told each organisation counts again. What you have refused there stays refused.
opt-out-both = Your choice takes effect at once. It is for this browser only: please make it again in other browsers, on other devices, and after you have deleted your cookies.

opt-out-answer-out = Opt out of everything
opt-out-answer-in = Opt in again

opt-out-saved-out-title = You are opted out
opt-out-saved-out = From now on, it holds at every organisation that uses this service.
opt-out-saved-in-title = You are opted in again
opt-out-saved-in = What you told each organisation counts again.
opt-out-no-cookie-title = Your choice cannot be kept
opt-out-no-cookie = Your browser keeps no cookie from this site, so it would not be known again. Please allow cookies here and try once more.

## A link that leads to nobody

unknown-title = This link does not work
unknown-lead = We cannot tell whose settings it should open. Nothing was changed.
unknown-help-heading = What you can do
unknown-help-newest = Open the newest email from the sender and use the link in it.
unknown-help-whole = If you copied the link, make sure that you copied all of it.
unknown-help-reply = Or reply to the email and say what you want. That is enough.

## A store is away, or a mistake of ours

unavailable-title = Please try again
unavailable-answer = We could not save your answer.
unavailable-answer-detail = Our storage did not respond, so your answer is not confirmed. Please send it again. Sending it twice does no harm.
unavailable-show = We cannot show your settings right now.
unavailable-show-detail = Nothing was changed. Please try again in a moment.
unavailable-repeat = Send my answer again
unavailable-reload = Try again
unavailable-yours = Your answer: { $answer }

failure-title = Something went wrong on our side
failure-detail = Your answer is not confirmed. Please try again later, or reply to the email and say what you want.
failure-detail-here = Your answer is not confirmed. Please try again later.
failure-number = Reference for our support: { $number }

## The banner and the preference dialog on sites

banner-language-name = English
banner-title = May we use what you do here?
banner-text = { $organisation } asks for your consent. The site works without it, and you can change your answer whenever you like.
banner-unnamed = The operator of this site
banner-purposes = What for: { $purposes }.
banner-refuse = Refuse all
banner-accept = Accept all
banner-choose = Choose
banner-save = Save my choices
banner-close = Close
banner-preferences-title = Your choices
banner-privacy-notice = Privacy notice
banner-language = Language
banner-gpc-title = Your privacy signal is honoured
banner-gpc = Your browser sends Global Privacy Control. We took that as a no wherever it applies, and you need do nothing more.
banner-locked = Stays off because of your privacy signal or your opt-out.
banner-opted-out = You have opted out of everything at every organisation. That stays so until you take it back.
banner-embed = This comes from elsewhere and waits for your yes to: { $purposes }
banner-embed-allow = Allow and show
banner-not-saved-title = Your answer could not be saved
banner-not-saved = It counts on this page. Because neither the service nor this browser could keep it, you will be asked again.
banner-dc = Data collection
banner-dc-text = We collect what you do on this site: pages you look at, things you search for.
banner-al = Analytics
banner-al-text = We measure how the site is used, to make it better.
banner-tg = Targeting
banner-tg-text = What interests you decides what we show you, here and in advertising.
banner-cd = Several devices
banner-cd-text = We recognise that your phone and your computer belong to the same person.
banner-sh = Sharing
banner-sh-text = We pass what we know on to partners.
banner-re = Recognition
banner-re-text = We link what you do on this site to your name or your customer account.
