# メールを受け取る方のための文章。やさしい言葉で、二つの答えは同じ重さに、急がせない。

## Every page

language-choice = 言語
sender-unnamed = メールの送信者

# 2026年11月21日 19:40 UTC
moment = { $year }年{ $month }{ $day }日 { $hour }:{ $minute } UTC
day-first = 1
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月

## The form about behavioural tracking

tracking-title = 何をクリックしたかを、お客様と結び付けて記録してもよいですか？
tracking-lead = メールのクリックや開封をお客様と結び付けるかどうかは、お客様がお決めになれます。

status-heading = 現在の回答
status-since = { $moment } から
status-refused = 拒否
status-refused-effect = クリックや開封はお客様と結び付けられません。
status-accepted = 同意
status-accepted-effect = クリックや開封はお客様と結び付けられます。
status-unanswered = 未回答
status-unanswered-linked = 回答があるまで、クリックや開封はお客様と結び付けられます。
status-unanswered-unlinked = 回答があるまで、クリックや開封はお客様と結び付けられません。
status-lapsed = { $moment } に同意されましたが、その同意は期限が切れています。

meaning-heading = 内容
meaning-agree-term = 同意する場合
meaning-agree = メールを開いたりリンクをクリックしたりしたとき、それがお客様であったことを記録します。これにより、何に関心をお持ちかを知り、お送りする内容を選びます。
meaning-refuse-term = 拒否する場合
meaning-refuse = 数を数えるだけです。リンクが40回クリックされたことは分かりますが、誰がしたかは分かりません。リンクはすべてこれまでどおり使え、メールも引き続き届きます。
meaning-both = どちらの場合も、回答はすぐに有効になり、すでに届いているメールにも適用されます。いつでもここで変更できます。

answer-refuse = 拒否する（クリックを私と結び付けない）
answer-grant = 同意する（クリックを私と結び付けてよい）

gpc-notice = お使いのブラウザーは、追跡を望まないというプライバシー信号（Global Privacy Control）を送信しています。それでもここで同意された場合、このページの回答がメールに適用されます。

saved-refused-title = 拒否を保存しました
saved-refused = 今後、クリックや開封はお客様と結び付けられません。
saved-granted-title = 同意を保存しました
saved-granted = 今後、クリックや開封はお客様と結び付けられます。

privacy-notice = プライバシーに関するお知らせ

## An answer that could not be taken as it came

not-saved-title = 何も保存されませんでした
not-saved-expired = このページは1日以上開いたままでした。同意としては古すぎます。新しいページを表示していますので、もう一度ご回答ください。
not-saved-incomplete = フォームの内容が不完全だったため、同意は保存されませんでした。この新しいページでもう一度ご回答ください。
not-saved-overtaken = このフォームはすでに使われており、その後に拒否されています。拒否が引き続き有効です。今から同意される場合は、このページでもう一度ご回答ください。
not-saved-unchosen = どちらの回答を選ばれたか分かりませんでした。どちらか一つをお選びください。

## The form on a click

intercept-title = 何をクリックしたかを、お客様と結び付けて記録してもよいですか？
intercept-lead = { $sender }からのメールのリンクをクリックされました。先へ進む前に、これらのメールでのクリックと開封をお客様と結び付けるかどうかをお決めいただけます。
intercept-lead-unnamed = メールのリンクをクリックされました。先へ進む前に、これらのメールでのクリックと開封をお客様と結び付けるかどうかをお決めいただけます。
intercept-accept = 同意する
intercept-refuse = 拒否する
intercept-later = 後で尋ねる
intercept-later-effect = 今は何も決まりません。また別の機会にお尋ねすることがあります。
intercept-both = どれを選んでも、{ $host } へ進みます。回答は、メールにある設定へのリンクから後で変更できます。
intercept-go-on = 回答せずに { $host } へ進む
intercept-communication-title = { $type }の受信を希望しますか？
intercept-communication-lead = { $sender }からのメールのリンクをクリックされました。先へ進む前に、このようなメールを希望するかどうかをお知らせいただけます。
intercept-communication-lead-unnamed = メールのリンクをクリックされました。先へ進む前に、このようなメールを希望するかどうかをお知らせいただけます。
intercept-communication-heading = 回答の選択肢
intercept-communication-no-term = 希望しない場合
intercept-communication-no-effect = { $type }の送信を停止します。いつでも再び希望できます。
intercept-communication-no = いいえ
intercept-communication-yes-term = 希望する場合
intercept-communication-yes-effect = { $type }をお送りします。いつでもワンクリックで停止できます。
intercept-communication-yes = はい

## The form to opt out of communications, and one-click unsubscribing

unsubscribe-title = どのメールを停止しますか？
unsubscribe-lead = ここですぐに配信を停止できます。アカウントもパスワードも必要ありません。
unsubscribe-heading = お送りしているもの
unsubscribe-choose = 不要なものに印を付けてください
unsubscribe-selected = 印を付けたものを停止する
unsubscribe-all = すべて停止する
unsubscribe-one = 配信を停止する
unsubscribe-unchosen = 何も選ばれていません。不要なものに印を付けるか、すべて停止してください。
unsubscribe-done-title = 配信を停止しました
unsubscribe-done = 保存しました。すでに送信されたメールは届くことがあります。
unsubscribe-nothing = これらのメールは届きません。
unsubscribe-tracking = 配信を停止しても、クリックがお客様と結び付けられるかどうかは変わりません。
unsubscribe-tracking-link = それについても決める

communication-opted-in = 希望されています。
communication-opted-out = 希望されていません。
communication-unanswered = まだ回答がありません。

## The preference centre

preferences-title = お客様の設定
preferences-lead = 何をお送りし、何を記録してよいかは、お客様がお決めになれます。すべてすぐに有効になります。
preferences-link = すべての設定
preferences-tracking-heading = クリックと開封
preferences-tracking-question = メールのクリックや開封をお客様と結び付けてもよいですか？
preferences-flags-question = お客様について知っていることを、何に使ってもよいですか？
preferences-communications-heading = メール
preferences-communications-question = どのメールを希望されますか？
preferences-save = 設定を保存する
preferences-saved-title = 設定を保存しました
preferences-saved = 今から有効です。
preferences-partly-title = 一部は保存されませんでした
preferences-partly = 拒否された内容は保存されました。同意された内容は保存されていません。このページが長く開いたままだったか、その後に拒否されています。今から同意される場合は、このページでもう一度お選びください。
preferences-profile = 登録内容

choice-yes = はい
choice-no = いいえ

## The form to opt in to communications

opt-in-title = 何をお送りしてよいですか？
opt-in-lead = 受け取りたいメールをお選びください。いつでもワンクリックで停止できます。
opt-in-choose = 受け取りたいものに印を付けてください
opt-in-tracking = メールのクリックや開封をお客様と結び付けてもよいですか？
opt-in-tracking-detail = 回答によって、お送りする内容が変わることはありません。
opt-in-submit = 回答を送信する
opt-in-unchosen = 何も選ばれていません。メールに印を付けるか、質問にお答えください。
opt-in-done-title = ありがとうございます
opt-in-done = 回答を保存しました。いつでも変更できます。

## The form about a person's details

profile-title = 登録内容
profile-lead = お客様について登録されている内容をここで訂正できます。変更された部分だけを保存します。
profile-details = 登録されている内容
profile-tracking = メールのクリックや開封をお客様と結び付けてもよいですか？
profile-submit = 登録内容を保存する
profile-done-title = 登録内容を保存しました
profile-done = 今から有効です。
profile-invalid = このままでは保存できません。訂正してください。
profile-nothing = ここで変更できる登録内容はありません。

## The preview for those who write the words

preview-title = プレビュー
preview-text = フォームはこのように表示されます。ここで選んだ内容は記録されません。

## Opting out everywhere

opt-out-title = すべてを拒否する
opt-out-lead = このブラウザーについての一つの選択が、このサービスを利用するすべての組織に適用されます。

opt-out-state-heading = このブラウザー
opt-out-state-out = 拒否しています
opt-out-state-out-effect = どの組織も、このブラウザーの行動を収集、分析、共有したり、結び付けたりすることはできません。
opt-out-state-in = 拒否していません
opt-out-state-in-effect = それぞれの組織への回答が有効です。

opt-out-out-term = 拒否する場合
opt-out-out = これまでの回答にかかわらず、このサービスを利用するどの組織でも、このブラウザーの行動は収集されず、分析されず、広告に使われず、他の端末と結び付けられず、共有されません。このブラウザーを見分けるために、クッキーを一つだけ保存します。
opt-out-in-term = 拒否を取り消す場合
opt-out-in = それぞれの組織への回答が再び有効になります。そこで拒否された内容は、拒否のままです。
opt-out-both = 選択はすぐに有効になります。このブラウザーだけに適用されるため、他のブラウザーや端末、クッキーを削除した後には、もう一度お選びください。

opt-out-answer-out = すべて拒否する
opt-out-answer-in = 拒否を取り消す

opt-out-saved-out-title = すべて拒否しました
opt-out-saved-out = 今後、このサービスを利用するすべての組織に適用されます。
opt-out-saved-in-title = 拒否を取り消しました
opt-out-saved-in = それぞれの組織への回答が再び有効になりました。
opt-out-no-cookie-title = 選択を保存できません
opt-out-no-cookie = お使いのブラウザーはこのサイトのクッキーを保存しないため、見分けることができません。クッキーを許可して、もう一度お試しください。

## A link that leads to nobody

unknown-title = このリンクは使えません
unknown-lead = どなたの設定を開くリンクか分かりません。何も変更されていません。
unknown-help-heading = 次の方法をお試しください
unknown-help-newest = 送信者からの最新のメールを開き、その中のリンクをお使いください。
unknown-help-whole = リンクをコピーされた場合は、全体がコピーされているかお確かめください。
unknown-help-reply = または、メールに返信してご希望をお知らせください。それで十分です。

## A store is away, or a mistake of ours

unavailable-title = もう一度お試しください
unavailable-answer = 回答を保存できませんでした。
unavailable-answer-detail = 保存先から応答がなかったため、回答は確認されていません。もう一度お送りください。二度送っても問題ありません。
unavailable-show = 現在、設定を表示できません。
unavailable-show-detail = 何も変更されていません。しばらくしてからもう一度お試しください。
unavailable-repeat = 回答をもう一度送信する
unavailable-reload = もう一度試す
unavailable-yours = お客様の回答：{ $answer }

failure-title = 当方で問題が発生しました
failure-detail = 回答は確認されていません。後ほどもう一度お試しいただくか、メールに返信してご希望をお知らせください。
failure-detail-here = 回答は確認されていません。後ほどもう一度お試しください。
failure-number = お問い合わせ番号：{ $number }

## The banner and the preference dialog on sites

banner-language-name = 日本語
banner-title = ここでの行動を利用してもよいですか？
banner-text = { $organisation }が同意をお願いしています。同意がなくてもサイトは使え、回答はいつでも変更できます。
banner-unnamed = このサイトの運営者
banner-purposes = 目的：{ $purposes }。
banner-refuse = すべて拒否
banner-accept = すべて同意
banner-choose = 選択する
banner-save = 選択を保存
banner-close = 閉じる
banner-preferences-title = お客様の選択
banner-privacy-notice = プライバシーに関するお知らせ
banner-language = 言語
banner-gpc-title = プライバシー信号を尊重しています
banner-gpc = お使いのブラウザーはGlobal Privacy Controlを送信しています。適用される範囲で拒否として扱いました。ほかの操作は必要ありません。
banner-locked = プライバシー信号または拒否により、オフのままです。
banner-opted-out = すべての組織に対してすべてを拒否されています。取り消されるまで変わりません。
banner-embed = この内容は他から提供されるもので、次への同意を待っています：{ $purposes }
banner-embed-allow = 許可して表示
banner-not-saved-title = 回答を保存できませんでした
banner-not-saved = このページでは有効です。サービスにもこのブラウザーにも保存できなかったため、もう一度お尋ねします。
banner-dc = データの収集
banner-dc-text = このサイトでの行動（ご覧になったページ、検索した語）を収集します。
banner-al = 分析
banner-al-text = サイトを改善するため、利用状況を計測します。
banner-tg = ターゲティング
banner-tg-text = 関心に応じて、ここや広告でお見せする内容を決めます。
banner-cd = 複数の端末
banner-cd-text = お使いのスマートフォンとパソコンが同じ方のものであることを認識します。
banner-sh = 共有
banner-sh-text = 知り得た内容を提携先に渡します。
banner-re = 再識別
banner-re-text = このサイトでの行動を、お名前またはお客様アカウントと結び付けます。
