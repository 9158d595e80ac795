# Short sentences, the person's words. Variables in one language are variables in the other (a test looks).

## Every page
brand = Hufu
skip = To the content
sandbox = Sandbox: nobody here is a real person.
promise = A website gets one code that only it has. Never your name, never your number.
type-large = Larger type
type-normal = Normal type
back-to = Back to { $site }
back-home = To the start page
other-way = Another way to sign in at { $site }
help-code = If you ask someone for help, give this code:

## Landing
landing-title = Network number
landing-heading = A real person. Nothing more.
landing-lead = When a website has to know that you are real, and the same person as last time, we say so. It gets one code that only it has. Your name and your number stay here.
landing-me = My page
landing-try = Try it at { $site }
landing-name-heading = Why “Hufu”
landing-name = A tiger tally, hǔfú, was a bronze cut in two. Each half proved itself only against its own other half. Every website gets its own half of you, and no two halves match.
landing-freeze-heading = If a device is lost
landing-freeze = Or if someone may know your PIN: stop your number from anywhere.
landing-sites-heading = For websites
landing-sites = Any ordinary OpenID Connect library will do.
landing-button = The sign-in button

## Words of the fields
number = Network number
number-hint = 16 letters and digits. Spaces and capitals do not matter.
pin = PIN
pin-hint = 8 digits.
code = One-time code
code-hint = 8 digits from your code app. New every 30 seconds.

## Sign-in
signin-title = Sign in
signin-asks = { $site } asks who you are. It gets a code of its own, never your name or number.
signin-again = { $site } asks you to sign in once more, so that it can be sure it is you.
signin-needs-passkey = { $site } asks for your passkey as well. PIN and code alone are not enough for it.
signin-needs-code = { $site } asks for your PIN and code as well. The passkey alone is not enough for it.
signin-wishes-passkey = { $site } would like your passkey as well. You can also go on without it.
signin-wishes-code = { $site } would like your PIN and code as well. You can also go on without them.
signin-no-passkey = This browser cannot ask for a passkey, or JavaScript is off in it. Turn JavaScript on and load this page again, or use another browser. You can also go back.
signin-own = To see and change what you agreed to, and how you sign in.
signin-problem = You are not signed in yet
signin-number-shape = The network number has 16 letters and digits. Please check it.
signin-pin-shape = The PIN has 8 digits. Please check it.
signin-code-shape = The one-time code has 8 digits. Please check it.
signin-mismatch = Number, PIN and code do not go together. Please check all three, and wait for a new code before you try again.
signin-passkey-refused = This passkey was not accepted. Please try another one.
signin-passkey-refused-or = You can also use your number, PIN and code.
signin-too-many = There were too many tries. { $minutes ->
        [one] Please wait a minute.
       *[other] Please wait { $minutes } minutes.
    }
signin-too-many-or = A passkey works at once.
signin-stale = The page was open for a long time, so this is a new one. Please sign in again.
signin-passkey = Sign in with a passkey
signin-passkey-hint = Your fingerprint, face or screen lock. They stay on your device.
signin-passkey-waiting = Please follow what your device asks.
signin-passkey-stopped = That was not completed. Try again, or use your network number.
signin-passkey-stopped-only = That was not completed. You can try again.
signin-or = or
signin-number-way = With your network number
signin-submit = Sign in
signin-without = Go on without this
signin-without-hint = { $site } is told truly how you signed in, and may then let you do less.
signin-apply = No network number yet? Apply for one
signin-decline = No, go back to { $site }

# The face check on top of a passkey
face-title = Face check
face-asks = { $site } asks for a face check as well as your passkey.
face-wishes = { $site } would like a face check as well as your passkey. You can also go on without it.
face-problem = Your face has not been checked yet
face-missing = Please take a picture first.
face-not-yours = That was not recognised as your living face. Please look straight into the camera yourself, without a picture or a screen before it.
face-unclear = The picture was not clear enough. Please try again in better light, closer, without sunglasses or mask.
face-stale = The page was used before or open for a long time, so this is a new one. Please try again.
face-file = Picture of your face
face-hint = Take it now, in good light, looking straight ahead.
face-kept = It is compared with the picture that the population registry has of you, and then gone. We keep no picture, and { $site } never sees one.
face-submit = Check my face
face-sandbox = In the sandbox
face-sandbox-hint = Nobody here is real, so nobody has a face. Choose what the camera would have seen.
face-sandbox-holder = My own face
face-sandbox-somebody-else = Somebody else’s face
face-sandbox-photograph = A photograph held up
face-sandbox-unclear = A picture that is too dark

# A level that is out of reach
barred-title = Not with this proof of who you are
barred-evidence = { $site } asks for a level that your application does not stand for. Your document could only be read in a way that a copy would pass as well.
barred-evidence-lifts = What lifts this: prove again who you are, with a document whose chip proves that it is no copy, or in person with two officers.
barred-no-picture = { $site } asks for a face check, and there is no picture to compare your face with. We keep none, and no population registry knows you by the document you applied with.
barred-no-picture-lifts = What lifts this: prove again who you are, with a document that the population registry knows.
barred-waits-title = Not while new ways to sign in wait
barred-waits = { $site } asks for a level that you reach again when the waiting is over: somebody with your document and face asked for a new PIN and new codes, and until those count, the old ones open less.
barred-waits-lifts = What lifts this: the day that your page names. If it was not you who asked, stop it there, now.
barred-passkey-title = This takes a passkey
barred-no-passkey = { $site } asks for a sign-in with a passkey, and you have none.
barred-no-passkey-lifts = What lifts this: add a passkey on your page. Then go to the website and begin again.
barred-attested-title = This takes another passkey
barred-no-attested = { $site } asks for a passkey that stays on one device and whose maker vouches for it. None of yours is of that kind.
barred-no-attested-lifts = What lifts this: add such a passkey on your page, for example a security key. Then go to the website and begin again.
barred-code-title = This takes a PIN and a code
barred-no-code = { $site } asks for your PIN and a one-time code, and you sign in with passkeys only.
barred-no-code-lifts = What lifts this: sign in with your passkey, then prove your document and face once more where one applies for a number. A PIN and codes that you set there count at once.
barred-rest = Everything else stays as it is: your number, your ways to sign in, and what each website knows you by.

## Consent
website-says = What { $site } says:
website-policy = privacy policy
website-terms = terms
consent-asks = { $site } asks who you are
consent-website = Website: { $host }
consent-app-heading = This is an app on this device
consent-app = It is not a website, and we cannot check who made it. Continue only if you have just opened it yourself.
consent-app-name = It calls itself
consent-app-redirect = You return through
consent-learns = It will learn
consent-learns-person = that you are a verified person
consent-learns-code = a code that only { $site } has
consent-elsewhere = { $site } will ask { $other } on your behalf. { $other } will learn that you are a verified person, and a code of its own for you.
consent-offline = { $site } may ask again without you being here, until you withdraw.
consent-not = It will not learn
consent-not-name = your name
consent-not-number = your number
consent-not-where = where else you sign in
consent-allow = Continue to { $site }
consent-decline = No, go back
consent-remembered = We ask again after one year. You can withdraw at any time on your page.
consent-always = For an app we ask every time.
consent-who = You are signed in with the network number ending in { $end }.
consent-not-you = Not you? Sign out

## Minors
minors-title = A guardian is needed
minors-heading = Your guardian has to agree first
minors-under-14 = You are not yet 14. The law lets your guardian apply for you and decide with you. We cannot ask your guardian here yet, so you cannot sign in for now.
minors-under-18 = You are not yet 18. The law asks for your guardian’s supervision. We cannot ask your guardian here yet, so you cannot sign in for now.
minors-nothing-sent = { $site } has learned nothing about you.
minors-other-way = You can use its other way to sign in.

## Refusals
refusal-bad-request = The website’s request is not in order
refusal-bad-request-do = You did nothing wrong. Please go back and try again there. If it happens again, give the website the code below.
refusal-unknown-website = We do not know the website that sent you
refusal-unknown-website-do = Please enter nothing here. Go back to where you came from. Nothing about you was sent.
refusal-unknown-return = The website gave an address that is not its own
refusal-unknown-return-do = We stop here, so that nothing of yours goes to a stranger. Please go back and tell the website the code below.
refusal-stale = This page was open too long
refusal-stale-do = Nothing happened, and nothing was sent. Please go back to the website and start once more.
refusal-foreign-form = We cannot tell that this came from our page
refusal-foreign-form-do = Please go back and try once more. Your browser must accept cookies from this site.
refusal-not-found = There is nothing at this address
refusal-not-found-do = The address may be mistyped, or the page has moved.
refusal-wrong-method = This page cannot be opened by itself
refusal-wrong-method-do = Nothing happened, and nothing was sent. Please go back to the website and start once more.
refusal-too-large = That was too large
refusal-too-large-do = You did nothing wrong. Please go back and try again there. If it happens again, give the website the code below.
refusal-sign-out = The website’s request to sign you out is not in order
refusal-sign-out-do = You are still signed in, and nothing was sent. You can sign out here.
refusal-broken = Something broke on our side
refusal-broken-do = Nothing of yours was lost. Please try again in a minute. If it happens again, give us the code below.
refusal-code = Code
refusal-trace = Trace
refusal-developer = For the website’s developer
refusal-received = Received
refusal-expected = Expected
refusal-fix = To fix it

## Signing out
signout-title = Sign out
signout-heading = Sign out here?
signout-lead = This ends your session with Hufu in this browser. Websites that asked to be told will be told; the others keep you signed in until you sign out there.
signout-submit = Sign out
signout-stay = Stay signed in
signout-stay-site = Stay signed in, back to { $site }
signed-out-title = You are signed out
signed-out-lead = Whoever uses this browser next has to sign in.
signed-out-going = In a moment you are taken back to { $site }.
signed-out-frame = A website signs you out

## Freezing
freeze-link = Freeze my number
freeze-title = Freeze your number
freeze-lead = Nobody can sign in with a frozen number. You are signed out in every browser, and websites can no longer ask us about you.
freeze-lift-heading = How it is lifted
freeze-lift = Sign in with one of your passkeys; you are asked before it is lifted. Without a passkey only the operator of this service can lift it.
freeze-problem = Nothing is frozen yet
freeze-submit = Freeze now
freeze-not = Do not freeze
frozen-title = Your number is frozen
frozen-certainly = Nobody can sign in with it, and you are signed out in every browser.
frozen-perhaps = If number and PIN go together, the number is frozen
frozen-perhaps-why = We always give this same answer, so that nobody can find out here whether a PIN is right.
frozen-sure-heading = To be sure
frozen-sure = Try to sign in with your PIN. If that still works, the number is not frozen: something was mistyped, or there were too many tries. Try once more in an hour, or freeze it on your page.
lift-title = You have frozen your number
lift-lead = This passkey is yours, so you can lift the freeze. Do it only if number, PIN and devices are safe again.
lift-after = Afterwards you sign in as before, and every website knows you by the same code.
lift-submit = Lift the freeze and sign in
lift-not = Stay frozen
lift-not-site = Stay frozen, back to { $site }

## Busy
form-post-title = Back to { $host }
form-post-lead = Your browser takes the answer there. If nothing happens, press the button.
form-post-continue = Continue

busy-title = Many people are here at once
busy-lead = { $seconds ->
        [one] Please load this page again in a second. Nothing was lost.
       *[other] Please load this page again in { $seconds } seconds. Nothing was lost.
    }

## One's own page
me-title = My page
me-number-show = Show
me-number-hide = Hide
me-number-hint = Keep it to yourself. No website needs it. Tap it to select all of it.
me-copy = Copy
me-copied = Copied
me-sites = Websites you agreed to
me-sites-none = None yet.
me-sites-hint = Only you see this list. It is worked out when you open this page and kept nowhere.
me-since = since { $day }
me-visit = Sign in there
me-visit-site = Sign in at { $site }
me-withdraw = Withdraw
me-withdraw-site = Withdraw for { $site }
me-sessions = Where you are signed in
me-browser-unknown = A browser
me-here = this browser
me-by-passkey = with a passkey
me-by-code = with number, PIN and code
me-idle-recent = used within the hour
me-idle-hours = { $n ->
        [one] used an hour ago
       *[other] used { $n } hours ago
    }
me-idle-days = { $n ->
        [one] used a day ago
       *[other] used { $n } days ago
    }
me-end = End
me-end-browser = End the session in { $browser }
me-end-all = Sign out everywhere
me-passkeys = Passkeys
me-passkeys-none = None yet. A passkey is the quickest and safest way in.
me-passkey-device = says that it stays on one device
me-passkey-attested = stays on one device, as its maker vouches. Model { $model }, which only you see.
me-passkey-synced = copied between your devices by their maker’s cloud
me-added = added on { $day }
me-change = Change
me-change-passkey = Change { $passkey }
me-passkey-new-name = New name
me-rename = Rename
me-remove = Remove
me-remove-passkey = Remove { $passkey }
me-remove-hint = Afterwards it no longer signs you in. Delete it on your device too.
me-last-way = This is your only way to sign in, so it cannot be removed. Add another passkey first.
me-noscript = Adding a passkey needs JavaScript, which is off in this browser. Everything else works without it.
me-passkey-name = Name of the new passkey
me-passkey-name-hint = So that you recognise it later: “my phone”, “blue key”.
me-add = Add a passkey
me-add-stopped = No passkey was added. You can try again.
me-add-known = This device already holds a passkey of yours.
me-pin = PIN
me-pin-absent = You sign in with passkeys only. No PIN is set.
me-pin-change = Change the PIN
me-pin-current = Current PIN
me-pin-new = New PIN
me-pin-rule = 8 digits. No row such as 12345678, no repetition, not your birth date.
me-pin-again = New PIN once more
me-pin-submit = Change the PIN
me-code = One-time codes
me-code-hint = A new phone, or somebody else has seen the secret? Set up the codes anew. Until the new app’s first code is typed, the old codes go on working.
me-code-submit = Set up anew
me-freeze = Freeze my number …
me-freeze-lift = Signing in with one of your passkeys lifts it again.
me-freeze-no-passkey = You have no passkey. Without one, only the operator of this service can lift the freeze. Add a passkey first if you can.
me-freeze-anyway = Freeze all the same
me-sign-out = Sign out

notice-consent-withdrawn = Withdrawn. The website has to ask you again.
notice-session-ended = That session is ended.
notice-passkey-added = The passkey is added.
notice-passkey-renamed = The passkey has its new name.
notice-passkey-removed = The passkey is removed. Delete it on your device too.
notice-pin-changed = The new PIN is set.
notice-code-replaced = The new codes are in place. The old ones count no more; remove them from the app.

problem-passkey-refused = The passkey could not be added. Please try again, or use another device.
problem-passkey-name = Please give the passkey a name of at most 64 characters.
problem-last-way = This is your only way to sign in. Add another first.
problem-no-way-back = Nothing is frozen yet. Please read this first, then decide.
problem-stale = The page was open for a long time, so this is a new one. Please try again.
problem-pin-mismatch = Current PIN and code do not go together. Please check both, and wait for a new code before you try again.
problem-pin-shape = The new PIN must have 8 digits.
problem-pin-differ = The two new PINs differ. Please type the same one twice.
problem-pin-same = The new PIN is the current one. Please choose another.
problem-pin-sequence = Digits in a row, such as 12345678, are easily guessed. Please choose another PIN.
problem-pin-repeated = Repeated digits are easily guessed. Please choose another PIN.
problem-pin-birthdate = Your birth date is easily guessed. Please choose another PIN.
problem-pin-too-many = There were too many tries. Please wait a while before the next one.

new-code-title = Set up your one-time codes anew
new-code-lead = Put this secret into an app that makes codes. It is shown here once. Your old codes work until you type a new one below.
new-code-submit = Use the new codes
new-code-keep = Keep the old codes

me-events = What happened to your ways in
me-events-hint = Sign-ins in new browsers and every change, for half a year. Was one of them not you? Change your PIN, or freeze your number.
me-events-show = { $n ->
    [one] Show it
   *[other] Show all { $n }
}
me-event-signed-in = Signed in, in a new browser:
me-event-passkey-added = Passkey added:
me-event-passkey-removed = Passkey removed:
me-event-pin-changed = PIN changed
me-event-code-replaced = One-time codes set up anew
me-event-signed-out-everywhere = Signed out everywhere
me-event-frozen = Number frozen
me-event-lifted = Freeze lifted, with a passkey

wallet-title = Network certificates
wallet-lead = For proving one thing where you are asked, without a sign-in: that you are over 18, say, and nothing else. Each certificate is used once, so nobody can compare two of them.
wallet-noscript = Certificates live in this browser, which needs JavaScript for it. Signing in and everything else work without.
wallet-unsupported = This browser cannot keep certificates. Signing in and everything else work in it.
wallet-offline = No connection. What you hold is shown all the same; new certificates have to wait.
wallet-here = On this device
wallet-device = In this browser ({ $browser }). Their keys cannot leave it.
wallet-device-unknown = In this browser. Their keys cannot leave it.
wallet-none = None yet.
wallet-showing = A website that accepts them brings you here. You see who asks and for what before anything is shown, and decide.
wallet-ask = A website asks for a proof
wallet-ask-address = The request does not say correctly where the answer goes, so there is nobody to answer. Nothing was shown.
wallet-ask-request = The request is not one that is understood here. Nothing was shown.
wallet-ask-more = The website asks for more than an age, and nothing else is shown from here. Nothing was shown.
wallet-ask-none = No certificate is left in this browser. Get new ones below, and the question is asked again; or go back.
wallet-ask-other = What it asks for cannot be said of anybody whose certificates are here. Nothing was shown.
wallet-ask-whose = Whose certificate
wallet-ask-told = It will be told:
wallet-ask-not = And nothing else: no name, no number, and nothing by which you are recognised the next time. It uses up one certificate. We do not hear of it.
wallet-ask-show = Show it
wallet-ask-decline = Do not show it
wallet-ask-back = Back to the website
wallet-person = A real, verified person
wallet-left = left, each for one use
wallet-until = valid until
wallet-show = Show
wallet-hide = Hide
wallet-show-hint = What these certificates can say. You choose each time, and the rest stays concealed.
wallet-forget = Remove from this device…
wallet-forget-hint = They are gone from this browser for good. You can get new ones at any time.
wallet-forget-now = Remove
wallet-new = New certificates
wallet-new-hint = This browser makes a fresh key for each; you confirm all of them with one touch of your passkey. They last for 30 days.
wallet-get = Get new certificates
wallet-making = Making keys …
wallet-done = Done. The new certificates are in this browser.
wallet-stopped = No certificates were made. You can try again.
wallet-stale = This page was open for a long time. Please reload it and try again.
wallet-passkey = That was not a passkey of yours, or it was not accepted. Please try again.
wallet-enough = You have as many certificates as can be valid at once. Older ones run out by themselves.
wallet-signed-out = Sign in to get certificates. What this browser holds is shown without.
wallet-sign-in = Sign in
wallet-no-passkey = A passkey has to confirm the keys, and you have none yet. Add one on your page, then come back.
wallet-add-passkey = Add a passkey
wallet-no-document = A certificate says what your identity document said, and we know of none. You can sign in all the same.
wallet-revoke = Revoke all of them, on every device…
wallet-revoke-hint = For a lost device: within a quarter of an hour nobody accepts them any more, and they never come back. New ones can be had at once. Freezing your number stops them too, until you lift it.
wallet-revoke-now = Revoke all
wallet-revoked = Revoked. Within a quarter of an hour nobody accepts those certificates any more.
wallet-me = My page
wallet-name = Name
wallet-birthdate = Date of birth
wallet-nationality = Nationality
wallet-document-kind = Document
wallet-over-14 = 14 or older
wallet-over-16 = 16 or older
wallet-over-18 = 18 or older
wallet-over-60 = 60 or older
wallet-yes = yes
wallet-no = no
wallet-resident-card = Resident identity card
wallet-passport = Passport
wallet-hong-kong-macao-permit = Mainland travel permit, Hong Kong and Macao
wallet-taiwan-permit = Mainland travel permit, Taiwan
wallet-residence-permit = Residence permit
wallet-foreign-card = Foreign permanent resident card
me-wallet = Network certificates
me-event-document-added = Another document added
me-event-recovery-begun = New ways in asked for, with document and face
me-event-recovery-stopped = The wish for new ways in was stopped
me-event-recovered = New PIN and dynamic code in place
me-recovery = New ways in are waiting
me-recovery-lead = Somebody proved to be you by document and face and asked for a new PIN and new one-time codes. On { $day } they replace every way in that you see here. Was it you? There is nothing to do. Was it not? Stop it.
me-recovery-stop = Stop it
me-event-certificates-issued = Network certificates put into a device
me-event-certificates-revoked = All network certificates revoked
me-export = Everything we keep of you
me-export-hint = One file in JSON: your number, what your document said, your ways in, the websites you agreed to and their codes. It is made now and kept nowhere; keep it safe.
me-export-submit = Download
