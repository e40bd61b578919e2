# Receipts, and the page on which they are checked. Every language in this folder has the same ids and variables (a test
# holds it).

receipt-link = Receipt of your answer
receipt-title = Receipt of your answer
receipt-lead = What { $sender } has on record of your newest answer. Keep it: with it, anybody can check later that the record was not changed.
receipt-none = There is no answer of yours on record yet, so there is nothing to give a receipt for.
receipt-answers = What you answered
receipt-said = What was answered
receipt-granted = Agreed
receipt-refused = Refused
receipt-person = Who answered
receipt-asked-by = Who asked
receipt-when = When
receipt-form = Form, version and language
receipt-number = Number of the receipt
receipt-place = Place in the log
receipt-place-of = { $place } of { $size }
receipt-keep = Keep it
receipt-download = Download the receipt
receipt-download-linked = The same for programs (JSON-LD)
receipt-scan = Who scans this is shown whether this receipt is in the log, and can check it there.
receipt-scan-alt = QR code of the page on which this receipt can be checked
receipt-back = Back to your settings

check-title = Check a receipt
check-lead = Whether the receipt of an answer is genuine. Nothing that you send is stored.
check-paste = Paste the receipt
check-open = Or open its file
check-button = Check it
check-missing-title = There was no receipt
check-missing = A receipt is one long text that begins with eyJ. Paste all of it, or open the file that you downloaded.
check-valid-title = This receipt is genuine
check-valid = It is signed by this service, and what it says stands unchanged in the log of today.
check-invalid-title = This receipt is not genuine
check-invalid = It was altered, or another service has signed it. Do not rely on what it says.
check-proved-heading = What this proves
check-proved-record = The answer, its time, the form and the person are what was written into the log when it was given.
check-proved-since = It has not been changed since, and cannot be taken out of the log without anybody noticing.
check-open-heading = What it does not prove
check-open-newest = That it is the newest answer. There may have been another since.
check-open-truth = That the person herself gave it. It shows what was recorded, and that the record is the same.
check-open-same = That everybody is shown the same log. Whoever has to be sure compares signed heads with others.
check-there-title = This receipt is in the log
check-there = It is number { $place } of { $size }. What it says stands only in the receipt itself: send that, and it is checked, too.
check-not-there-title = This receipt is not in the log
check-not-there = There is no such entry here. The address is incomplete, or it is about another service.
