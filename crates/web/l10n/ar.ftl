# نصوص لمن تصلهم الرسائل. كلمات بسيطة؛ للإجابتين الوزن نفسه؛ ولا شيء يستعجل.

## Every page

language-choice = اللغة
sender-unnamed = مرسل رسالتك

# 21 نوفمبر 2026، 19:40 UTC
moment = { $day } { $month } { $year }، { $hour }:{ $minute } UTC
day-first = 1
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر

## The form about behavioural tracking

tracking-title = هل يجوز لنا أن نعرف ما تنقر عليه؟
tracking-lead = أنت من يقرر هل تُربط بك النقرات وعمليات فتح رسائلنا.

status-heading = إجابتك الحالية
status-since = منذ { $moment }
status-refused = مرفوض
status-refused-effect = لا تُربط بك نقراتك ولا فتحك للرسائل.
status-accepted = مقبول
status-accepted-effect = تُربط بك نقراتك وفتحك للرسائل.
status-unanswered = بلا إجابة
status-unanswered-linked = إلى أن تجيب، تُربط بك نقراتك وفتحك للرسائل.
status-unanswered-unlinked = إلى أن تجيب، لا تُربط بك نقراتك ولا فتحك للرسائل.
status-lapsed = لقد وافقت في { $moment }. وقد انتهت مدة تلك الموافقة.

meaning-heading = ما موضوع هذا السؤال
meaning-agree-term = إذا وافقت
meaning-agree = عندما تفتح إحدى رسائلنا أو تنقر على رابط فيها، نسجّل أنك أنت من فعل ذلك. وهكذا نعرف ما يهمّك ونختار ما نرسله إليك.
meaning-refuse-term = إذا رفضت
meaning-refuse = نكتفي بالعدّ. نرى أن رابطًا نُقر عليه 40 مرة، ولكن لا نرى من نقر. تبقى كل الروابط صالحة، وتستمر رسائلنا في الوصول إليك.
meaning-both = في الحالتين تسري إجابتك فورًا، حتى على الرسائل التي وصلتك من قبل. ويمكنك تغييرها هنا متى شئت.

answer-refuse = أرفض. لا تربطوا نقراتي بي
answer-grant = أوافق. يجوز لكم ربط نقراتي بي

gpc-notice = يرسل متصفحك إشارة خصوصية (Global Privacy Control): فهو يطلب عدم تتبّعك. إذا وافقت هنا مع ذلك، فإن إجابتك في هذه الصفحة تسري على رسائلنا.

saved-refused-title = حُفظ رفضك
saved-refused = من الآن لا تُربط بك نقراتك ولا فتحك للرسائل.
saved-granted-title = حُفظت موافقتك
saved-granted = من الآن تُربط بك نقراتك وفتحك للرسائل.

privacy-notice = إشعار الخصوصية

## An answer that could not be taken as it came

not-saved-title = لم يُحفظ شيء
not-saved-expired = بقيت هذه الصفحة مفتوحة أكثر من يوم، وهذا أطول مما تصح معه الموافقة. هذه صفحة جديدة. يُرجى الإجابة من جديد.
not-saved-incomplete = عاد النموذج ناقصًا، فلم تُحفظ موافقتك. يُرجى الإجابة من جديد في هذه الصفحة الجديدة.
not-saved-overtaken = سبق استعمال هذا النموذج، وقد رفضت منذ ذلك الحين. يبقى رفضك ساريًا. إذا أردت الموافقة الآن، فيُرجى الإجابة من جديد في هذه الصفحة.
not-saved-unchosen = لم نتمكن من معرفة الإجابة التي اخترتها. يُرجى اختيار واحدة من الاثنتين.

## The form on a click

intercept-title = هل يجوز لنا أن نعرف ما تنقر عليه؟
intercept-lead = لقد نقرت على رابط في رسالة من { $sender }. قبل أن تتابع، يمكنك أن تقرر هل تُربط النقرات وعمليات الفتح في هذه الرسائل بك.
intercept-lead-unnamed = لقد نقرت على رابط في رسالة بريد إلكتروني. قبل أن تتابع، يمكنك أن تقرر هل تُربط النقرات وعمليات الفتح في هذه الرسائل بك.
intercept-accept = أوافق
intercept-refuse = أرفض
intercept-later = اسألني لاحقًا
intercept-later-effect = لا يُتخذ أي قرار الآن. قد نسأل مرة أخرى في وقت آخر.
intercept-both = مهما اخترت، ستتابع إلى { $host }. يمكنك تغيير إجابتك لاحقًا عبر رابط إعداداتك في رسائلنا.
intercept-go-on = المتابعة إلى { $host } دون إجابة
intercept-communication-title = هل ترغب في تلقي { $type }؟
intercept-communication-lead = لقد نقرت على رابط في رسالة من { $sender }. قبل أن تتابع، يمكنك أن تقول هل ترغب في تلقي مثل هذه الرسائل.
intercept-communication-lead-unnamed = لقد نقرت على رابط في رسالة بريد إلكتروني. قبل أن تتابع، يمكنك أن تقول هل ترغب في تلقي مثل هذه الرسائل.
intercept-communication-heading = ما يمكنك أن تجيب به
intercept-communication-no-term = إذا كنت لا تريدها
intercept-communication-no-effect = سنتوقف عن إرسال { $type } إليك. يمكنك طلبها من جديد متى شئت.
intercept-communication-no = لا
intercept-communication-yes-term = إذا كنت تريدها
intercept-communication-yes-effect = سنرسل إليك { $type }. يمكنك إيقافها في أي وقت بنقرة واحدة.
intercept-communication-yes = نعم

## The form to opt out of communications, and one-click unsubscribing

unsubscribe-title = أي الرسائل تريد إيقافها؟
unsubscribe-lead = يمكنك إلغاء الاشتراك هنا فورًا. لا تحتاج إلى حساب ولا إلى كلمة مرور.
unsubscribe-heading = ما نرسله
unsubscribe-choose = ضع علامة على ما لم تعد تريده
unsubscribe-selected = إيقاف ما وضعت عليه علامة
unsubscribe-all = إيقافها كلها
unsubscribe-one = إلغاء الاشتراك
unsubscribe-unchosen = لم تضع علامة على شيء. ضع علامة على ما لم تعد تريده، أو أوقفها كلها.
unsubscribe-done-title = أُلغي اشتراكك
unsubscribe-done = حُفظ ذلك. قد تصلك رسائل هي في الطريق بالفعل.
unsubscribe-nothing = لا تصلك أي من هذه الرسائل.
unsubscribe-tracking = إلغاء الاشتراك لا يغيّر شيئًا في ربط نقراتك بك أو عدمه.
unsubscribe-tracking-link = اتخاذ قرار في ذلك أيضًا

communication-opted-in = أنت طلبتها.
communication-opted-out = أنت لا تريدها.
communication-unanswered = لم تُبدِ رأيك.

## The preference centre

preferences-title = إعداداتك
preferences-lead = أنت من يقرر ما نرسله إليك وما يجوز لنا تسجيله. يسري كل شيء فورًا.
preferences-link = كل إعداداتك
preferences-tracking-heading = النقرات وفتح الرسائل
preferences-tracking-question = هل يجوز أن تُربط بك النقرات وعمليات فتح رسائلنا؟
preferences-flags-question = ماذا يجوز لنا أن نفعل بما نعرفه عنك؟
preferences-communications-heading = الرسائل
preferences-communications-question = أي الرسائل تريد؟
preferences-save = حفظ إعداداتي
preferences-saved-title = حُفظت إعداداتك
preferences-saved = تسري من الآن.
preferences-partly-title = لم يُحفظ كل شيء
preferences-partly = حُفظ ما رفضته. أما ما وافقت عليه فلم يُحفظ: فقد بقيت هذه الصفحة مفتوحة طويلًا، أو أنك رفضت منذ ذلك الحين. إذا أردت الموافقة الآن، فيُرجى الاختيار من جديد في هذه الصفحة.
preferences-profile = بياناتك

choice-yes = نعم
choice-no = لا

## The form to opt in to communications

opt-in-title = ماذا يجوز لنا أن نرسل إليك؟
opt-in-lead = اختر الرسائل التي تودّ تلقيها. يمكنك إيقافها متى شئت بنقرة واحدة.
opt-in-choose = ضع علامة على ما تودّ تلقيه
opt-in-tracking = هل يجوز أن تُربط بك النقرات وعمليات فتح رسائلنا؟
opt-in-tracking-detail = لا تغيّر إجابتك شيئًا في ما نرسله إليك.
opt-in-submit = إرسال إجاباتي
opt-in-unchosen = لم تختر شيئًا. ضع علامة على رسالة، أو أجب عن السؤال.
opt-in-done-title = شكرًا لك
opt-in-done = حُفظت إجاباتك. يمكنك تغييرها متى شئت.

## The form about a person's details

profile-title = بياناتك
profile-lead = صحّح هنا ما نعرفه عنك. لا يُحفظ إلا ما تغيّره.
profile-details = ما نعرفه عنك
profile-tracking = هل يجوز أن تُربط بك النقرات وعمليات فتح رسائلنا؟
profile-submit = حفظ بياناتي
profile-done-title = حُفظت بياناتك
profile-done = تسري من الآن.
profile-invalid = لا يمكن حفظ هذا كما هو. يُرجى تصحيحه.
profile-nothing = لا نحتفظ ببيانات عنك يمكن تغييرها هنا.

## The preview for those who write the words

preview-title = معاينة
preview-text = هكذا يرى الناس النموذج. لا يُسجَّل شيء مما يُختار هنا.

## Opting out everywhere

opt-out-title = الرفض في كل مكان
opt-out-lead = اختيار واحد لهذا المتصفح، لدى كل مؤسسة تستعمل هذه الخدمة.

opt-out-state-heading = هذا المتصفح
opt-out-state-out = كل شيء مرفوض
opt-out-state-out-effect = لا يجوز لأي مؤسسة أن تجمع ما يفعله هذا المتصفح أو تحلله أو تشاركه أو تربطه.
opt-out-state-in = لا رفض عامًّا
opt-out-state-in-effect = يُعتدّ بما قلته لكل مؤسسة.

opt-out-out-term = إذا رفضت كل شيء
opt-out-out = لا يُجمع شيء مما يفعله هذا المتصفح ولا يُحلَّل ولا يُستعمل في الإعلانات ولا يُربط بأجهزتك الأخرى ولا يُشارَك، لدى أي مؤسسة تستعمل هذه الخدمة، مهما قلت لها من قبل. نحتفظ بملف ارتباط واحد (كوكي) كي نتعرّف على هذا المتصفح.
opt-out-in-term = إذا تراجعت عن الرفض
opt-out-in = يُعتدّ من جديد بما قلته لكل مؤسسة. وما رفضته هناك يبقى مرفوضًا.
opt-out-both = يسري اختيارك فورًا. وهو لهذا المتصفح وحده: يُرجى تكراره في المتصفحات الأخرى، وعلى الأجهزة الأخرى، وبعد حذف ملفات الارتباط.

opt-out-answer-out = رفض كل شيء
opt-out-answer-in = التراجع عن الرفض

opt-out-saved-out-title = كل شيء مرفوض
opt-out-saved-out = من الآن يسري ذلك لدى كل مؤسسة تستعمل هذه الخدمة.
opt-out-saved-in-title = تم التراجع عن الرفض
opt-out-saved-in = يُعتدّ من جديد بما قلته لكل مؤسسة.
opt-out-no-cookie-title = لا يمكن الاحتفاظ باختيارك
opt-out-no-cookie = لا يحتفظ متصفحك بأي ملف ارتباط من هذا الموقع، فلن نتعرّف عليه. يُرجى السماح بملفات الارتباط هنا والمحاولة من جديد.

## A link that leads to nobody

unknown-title = هذا الرابط لا يعمل
unknown-lead = لا يمكننا أن نعرف إعدادات مَن ينبغي أن يفتح. لم يتغيّر شيء.
unknown-help-heading = ما يمكنك فعله
unknown-help-newest = افتح أحدث رسالة من المرسل واستعمل الرابط الذي فيها.
unknown-help-whole = إذا نسخت الرابط، فتأكد من نسخه كاملًا.
unknown-help-reply = أو ردّ على الرسالة وقل ما تريد. هذا يكفي.

## A store is away, or a mistake of ours

unavailable-title = يُرجى المحاولة من جديد
unavailable-answer = لم نتمكن من حفظ إجابتك.
unavailable-answer-detail = لم يستجب مخزن بياناتنا، فإجابتك غير مؤكدة. يُرجى إرسالها من جديد. لا ضرر في إرسالها مرتين.
unavailable-show = لا يمكننا عرض إعداداتك الآن.
unavailable-show-detail = لم يتغيّر شيء. يُرجى المحاولة بعد قليل.
unavailable-repeat = إرسال إجابتي من جديد
unavailable-reload = المحاولة من جديد
unavailable-yours = إجابتك: { $answer }

failure-title = حدث خطأ من جانبنا
failure-detail = إجابتك غير مؤكدة. يُرجى المحاولة لاحقًا، أو الرد على الرسالة وقول ما تريد.
failure-detail-here = إجابتك غير مؤكدة. يُرجى المحاولة لاحقًا.
failure-number = رقم مرجعي لفريق الدعم: { $number }

## The banner and the preference dialog on sites

banner-language-name = العربية
banner-title = هل يجوز لنا استعمال ما تفعله هنا؟
banner-text = يطلب { $organisation } موافقتك. يعمل الموقع من دونها، ويمكنك تغيير إجابتك متى شئت.
banner-unnamed = مشغّل هذا الموقع
banner-purposes = الغرض: { $purposes }.
banner-refuse = رفض الكل
banner-accept = قبول الكل
banner-choose = اختيار
banner-save = حفظ اختياراتي
banner-close = إغلاق
banner-preferences-title = اختياراتك
banner-privacy-notice = إشعار الخصوصية
banner-language = اللغة
banner-gpc-title = إشارة الخصوصية التي ترسلها محترمة
banner-gpc = يرسل متصفحك Global Privacy Control. اعتبرنا ذلك رفضًا حيثما ينطبق، ولا يلزمك فعل شيء آخر.
banner-locked = يبقى معطّلًا بسبب إشارة الخصوصية أو رفضك.
banner-opted-out = لقد رفضت كل شيء لدى كل المؤسسات. يبقى ذلك إلى أن تتراجع عنه.
banner-embed = هذا المحتوى من مصدر آخر وينتظر موافقتك على: { $purposes }
banner-embed-allow = السماح والعرض
banner-not-saved-title = تعذّر حفظ إجابتك
banner-not-saved = تسري في هذه الصفحة. لم تتمكن الخدمة ولا هذا المتصفح من حفظها، فسيُطرح عليك السؤال من جديد.
banner-dc = جمع البيانات
banner-dc-text = نجمع ما تفعله في هذا الموقع: الصفحات التي تطالعها وما تبحث عنه.
banner-al = التحليلات
banner-al-text = نقيس كيفية استعمال الموقع لتحسينه.
banner-tg = الاستهداف
banner-tg-text = ما يهمّك يحدد ما نعرضه عليك، هنا وفي الإعلانات.
banner-cd = أجهزة متعددة
banner-cd-text = نتعرّف على أن هاتفك وحاسوبك لشخص واحد.
banner-sh = المشاركة
banner-sh-text = ننقل ما نعرفه إلى شركائنا.
banner-re = التعرّف
banner-re-text = نربط ما تفعله في هذا الموقع باسمك أو بحسابك لدينا.
