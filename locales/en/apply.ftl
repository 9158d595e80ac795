# Applying for a network number. Variables in one language are variables in the other (a test looks).

## Notice
apply-title = Apply for a network number
apply-lead = Four steps, about two minutes. Please read first what happens with what you show us.
apply-need = You need
apply-need-document = your identity document, with a chip in it
apply-need-phone = your telephone
apply-need-app = an app for one-time codes, such as you may already use elsewhere
apply-read = What is read
apply-read-document = From your document’s chip: your name, its number, your birth date and your picture. The population registry is asked whether they are so. It answers yes or no.
apply-read-face = Your face, once, to compare it with that picture.
apply-read-phone = Your telephone number. We send a code there.
apply-kept = What is kept
apply-kept-proof = that you were verified, by which way and in which hour
apply-kept-phone = your name, birth date, nationality, sex, your document’s number and your telephone number, locked with a key of your own: for your network certificate, and to warn you if something happens to your number. When you close it, the key goes, and with it all of this
apply-kept-digest = a fingerprint of your document that cannot be turned back, so that nobody gets two numbers
apply-not-kept = What is not kept
apply-not-kept-picture = the picture on your document and your face
apply-not-kept-where = where you sign in later
apply-voluntary = It is your choice
apply-voluntary-why = Nobody has to have a network number. Every website must let you in another way as well.
apply-ages = From 18 you can apply by yourself. From 8 to 17 a guardian has to apply with you, which is not possible here yet. Under 8 there is no network number.
apply-begin = I agree, begin
apply-decline = No, go back
apply-forgotten = You can stop at any time. What was read is then forgotten at once, and in any case after 30 minutes.
apply-have-one = You have a number already? Sign in

## Every step
apply-step = Step { $step } of { $last }
apply-step-document = your document
apply-step-face = your face
apply-step-phone = your telephone
apply-step-pin = PIN and codes
apply-stop = Stop here …
apply-stop-hint = Everything that was read so far is forgotten. You can begin again whenever you like.
apply-stop-submit = Stop and forget everything
apply-problem-unreachable = A service that we need does not answer. Nothing is lost: please try again in a moment.

## Step 1
apply-kinds-title = Which document do you have?
apply-kinds-lead = It must still be valid, and you need it in your hand.
apply-kind-resident = Resident identity card
apply-kind-passport = Chinese passport, for citizens who live abroad
apply-kind-hong-kong-macao = Mainland travel permit for Hong Kong and Macao residents
apply-kind-taiwan = Mainland travel permit for Taiwan residents
apply-kind-residence = Residence permit for Hong Kong, Macao and Taiwan residents
apply-kind-foreign = Foreign permanent resident ID card
apply-problem-no-kind = Please choose the document that you have.
apply-voucher = I have a voucher from a counter
apply-voucher-lead = A counter that saw you and your document gives you a voucher. It takes the place of chip and face.
apply-voucher-field = Voucher
apply-voucher-submit = Use the voucher
apply-problem-voucher = This voucher does not count: it is mistyped, used, or too old. Please check it, or ask at the counter for a new one.
apply-hold-title = Hold your document to the reader
apply-hold-card = Resident cards are read by the state’s own service, which then tells us what the card says.
apply-hold-chip = The chip is read once, and what it says is checked with the state that issued it.
apply-hold-here = Is the reader in this device, or connected to it?
apply-hold-open = Open the reader
apply-hold-phone = Is it in your phone? Point its camera here.
apply-hold-qr = QR code: leads your phone to the reader
apply-hold-waiting = Waiting for the reader. This page goes on by itself.
apply-hold-done = Your document was read
apply-registry-lead = The population registry does not answer just now. Nothing is lost, and you can put the document away: please ask again in a moment.
apply-registry-again = Ask again
apply-held = I have held it to the reader
apply-other-document = Choose another document
apply-problem-not-yet = No document has been read yet. Please hold it to the reader, flat, until the reader says that it is done.
apply-unread-no-chip = The reader found no chip. Please hold the document flat to it, without a cover. If yours has no chip, a counter can help.
apply-unread-closed = The chip did not open. Please check what you typed into the reader, or scan it again.
apply-unread-taken-away = The document was taken away before the reader was done. Please try again, and wait until it says so.
apply-unread-damaged = The chip could not be read to the end. Please hold the document still and try again. If it fails each time, a counter can help.
apply-unread-not-genuine = We cannot confirm who issued this document. Please use another document, or go to a counter with it.
apply-unread-expired = This document is no longer valid. Please use one that is.
apply-unread-card = This card was not taken. It may be expired, or reported lost. Please use your new one, or ask the office that issued it.
apply-unread-copied = The chip could not show that it is the original. Please hold the document itself to the reader, or go to a counter with it.
apply-unread-late = This reading was not for your application, or it came too late. Please hold the document to the reader once more.
apply-unread-other-kind = This is none of the documents that we can take, or not the one that you chose. Please choose again.

## Step 2
apply-face-title = Show your face once
apply-face-lead = It is compared with the picture on your document and then gone. Nobody keeps it. If you send a picture, you agree to this one comparison.
apply-face-field = A picture of your face
apply-face-hint = Without a hat, with light from the front. The button opens your camera.
apply-face-submit = Compare
apply-face-comparing = Comparing. This takes a few seconds.
apply-camera = In the sandbox nobody needs a camera. Who stands before it?
apply-camera-holder = The person on the document
apply-camera-other = Somebody else
apply-camera-photograph = A photograph of that person
apply-camera-unclear = That person, in bad light
apply-face-without = You can do without. A counter looks at you instead and gives you a voucher.
apply-face-left = { $n ->
        [one] It can be tried once more.
       *[other] It can be tried { $n } more times.
    }
apply-face-missing = No picture came. Please take one.
apply-face-too-large = The picture is too large. Please take one with fewer pixels, at most 4 MB.
apply-face-unsure = The picture is not clear enough. Please try once more, with more light and your face straight ahead.
apply-face-different = The picture does not fit the one on the document. If it was you, please try once more; a counter can help, too.
apply-face-not-living = The camera seems to have seen a picture or a screen. Please show your own face.

## Step 3
apply-phone-title = Your telephone
apply-phone-lead = We send you a code, to see that the telephone is yours. Later we write only if something happens to your network number.
apply-phone-field = Telephone number
apply-phone-hint = A mainland mobile number as it is, any other with + and the country code.
apply-phone-submit = Send the code
apply-phone-character = A telephone number has digits only, perhaps with a plus sign before them. Please check it.
apply-phone-length = A digit is missing or too many. A mainland mobile number has 11; any other begins with + and the country code.
apply-phone-left = { $n ->
        [0] No further message can be sent.
        [one] One message can be sent.
       *[other] { $n } messages can be sent.
    }
apply-phone-spent = This telephone got too many messages today. Please use another number, or come back tomorrow.
apply-phone-wrong = The code was mistyped too often. Please have a new one sent.
apply-phone-late = The code came after more than 10 minutes. Please have a new one sent.
apply-phone-none = No message can be sent to this number. Please check it, or use another one.
apply-message-title = Type the code from the message
apply-message-lead = It is on its way to { $phone }.
apply-message-text = Hufu: { $code } is your code to apply for a network number. It is good for 10 minutes. Tell it to nobody, whoever asks.
apply-message-inbox = Sandbox: see what the invented telephone received
apply-message-field = Code
apply-message-hint = 6 digits.
apply-message-submit = Continue
apply-message-again = No message? Send again, or to another number
apply-message-wrong = That is not the code of the last message. { $n ->
        [one] You can try once more.
       *[other] You can try { $n } more times.
    }

## Step 4
apply-pin-title = Choose a PIN
apply-pin-lead = You sign in with your network number, this PIN and a one-time code. Nobody, not even we, can look it up.
apply-pin-rule-digits = 8 digits
apply-pin-rule-row = no row, such as 12345678 or 86420864
apply-pin-rule-repeat = no repetition, such as 11111111, and nothing that reads the same backwards
apply-pin-rule-birthdate = not your birth date, and nothing that everybody tries first
apply-pin-field = PIN
apply-pin-again = The same PIN once more
apply-pin-submit = Set the PIN
apply-pin-shape = The PIN must have 8 digits.
apply-pin-differ = The two PINs differ. Please type the same one twice.
apply-pin-palindrome = Digits that read the same backwards are easily guessed. Please choose another PIN.
apply-pin-common = This PIN is one of those that everybody tries first. Please choose another one.
apply-code-title = Set up your one-time codes
apply-code-lead = The app makes a new code every 30 seconds. It works without a network.
apply-code-open = Open the app on this device
apply-code-scan = Or scan this with the app on your phone:
apply-code-qr = QR code: sets up the app
apply-code-type = Or type it into the app
apply-code-settings = By time, 8 digits, every 30 seconds.
apply-code-field = The code that the app shows now
apply-code-submit = Finish
apply-code-wrong = The code does not fit. Please wait for the next one and type that. If it fails again, check the time on your phone.

## Done
apply-done-title = You have a network number
apply-done-lead = No website will ever see it. It is only for signing in here.
apply-done-keep = Keep it well
apply-done-keep-why = Write it down or let your browser remember it. With your PIN and a one-time code it is your way in. You find it again on your page.
apply-done-passkey = Make it easier
apply-done-passkey-why = With a passkey you sign in by fingerprint, face or screen lock, and type nothing. It is also what lifts a freeze.
apply-done-passkey-add = Add a passkey

apply-known-title = You have a network number already
apply-known-lead = Everybody has one, and this is yours. Nothing has changed.
apply-known-joined = Everybody has one, and this is yours. Your new document is noted for it; nothing else has changed.

apply-renew = Have you lost your PIN, your app or your phone?
apply-renew-why = You have just proved who you are, so you can set new ones. Without one of your passkeys they count only after a waiting period: you hear of it on every channel that we have of you, and any old way in can stop it. Websites know you as before.
apply-renew-submit = Set a new PIN and new codes
apply-renewed-title = Your new PIN and codes are set
apply-renewed-lead = They count from now on, and the old ones no longer do.
apply-renewed-later = They count after a waiting period, and then replace every other way in. Until then any old way in still signs in, and can stop this.
apply-renewed-from = They count from { $day } on.

## Ended otherwise
apply-begin-again = Begin again
apply-over-forgotten = What was read is forgotten.
apply-over-young = There is no network number for children under 8
apply-over-young-do = The law has it so. From 8 on, a guardian can apply with you.
apply-over-guardian-do = From 8 to 17 a guardian has to apply with you. We cannot ask your guardian here yet, so this is as far as it goes for now. We are sorry.
apply-over-registry = The registry could not confirm this
apply-over-registry-do = What your document says is not what the population registry has. After a move or a change of name that can take some days. Please ask the office that issued the document, or try again later.
apply-over-suspended = The registry asks you to come by first
apply-over-suspended-do = We were not told why. Please ask the office that issued your document; then you can apply again here.
apply-over-deceased = Something is wrong in the registry’s records
apply-over-deceased-do = They do not say that you can apply, and that may well be a mistake there. Please go to the office that issued your document and have the records checked, or send somebody you trust. If you apply for somebody who has died: nothing more is needed here, and we are sorry for your loss.
apply-over-elsewhere = This document already belongs to another number
apply-over-elsewhere-do = If it is yours, sign in with the number that you have. If not, somebody may be using your document: please tell the office that issued it.
apply-over-documents = That were too many documents
apply-over-documents-do = Please begin again when you have the right one at hand. At a counter two officers can read it with you.
apply-over-faces = Your face could not be confirmed
apply-over-faces-do = Please begin again, in better light. At a counter two officers can confirm you without a camera.
apply-over-messages = No further message can be sent
apply-over-messages-do = Please check your telephone, then begin again.
apply-over-voucher = The voucher was used meanwhile
apply-over-voucher-do = It is good for one application only. Please ask at the counter for a new one.
apply-over-link = This link leads nowhere any more
apply-over-link-do = It is good once, for five minutes. Please have a new one shown on the other device.
apply-over-expired = More than 30 minutes have passed
apply-over-expired-do = You can begin again whenever you like.
apply-over-stopped = You have stopped
apply-over-stopped-do = No number was made. You can begin again whenever you like.
apply-over-number = Your number is stopped
apply-over-number-do = It was suspended or closed, so no new PIN can be set for it here. The operator of this service can tell you more.
apply-over-not-open = Nobody can apply here
apply-over-not-open-do = This service signs people in who have a network number, but takes no applications.

## On another device
apply-watching-title = Your other device goes on with this
apply-watching-lead = You can close this page, or look on.
apply-watching-on = One step further.
apply-watching-not-me = That is not my device
apply-watching-stop-hint = Somebody else has followed your link. Stop, and everything typed and read so far is forgotten at once. Then begin again.
apply-watching-done = Done
apply-watching-done-lead = Your network number is on your other device. You can close this page.
apply-elsewhere-title = Go on with your phone
apply-elsewhere-lead = Point your phone’s camera here. Everything goes on there, from where you are now.
apply-elsewhere-qr = QR code: opens this application on your phone
apply-elsewhere-type = Or type this address there:
apply-elsewhere-waiting = Waiting for your phone.
apply-elsewhere-done = Your phone goes on.
apply-elsewhere-stay = Stay on this device
apply-here-title = Go on here with the application?
apply-here-lead = It was begun on another device, which then can no longer see it.
apply-here-careful = Do this only if it was you who began it, just now. If somebody sent you this address, go no further.
apply-here-submit = Go on here
apply-here-not = No, I did not begin it
apply-over-weak = This proof is not enough for new ways in
apply-over-weak-do = Your number was proved by more than this document could show now. Bring one whose chip proves that it is no copy, or a voucher from a counter. Your number and your ways in are as they were.
