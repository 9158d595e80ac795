# 短句，用当事人自己的话。两种语言的变量必须一致(有测试核对)。

## 每一页
brand = 虎符
skip = 跳到正文
sandbox = 演示环境：这里的人物均为虚构。
promise = 网站只得到一个仅供它使用的代码，得不到您的姓名和号码。
type-large = 大字版
type-normal = 标准字号
back-to = 返回{ $site }
back-home = 回到首页
other-way = 用其他方式登录{ $site }
help-code = 如需求助，请提供此编号：

## 首页
landing-title = 网号
landing-heading = 只证明您是真实的个人
landing-lead = 网站需要确认您是真实的个人、并且就是上次那一位时，由我们来证明。它只得到一个仅供它使用的代码；您的姓名和号码，留在这里。
landing-me = 我的页面
landing-try = 到{ $site }试一试
landing-name-heading = 为什么叫“虎符”
landing-name = 古时铜铸虎符，一剖为二，各执一半，相合为信。每个网站各持属于它的那一半，任意两个网站的两半都合不到一起。
landing-freeze-heading = 设备丢失时
landing-freeze = 设备丢失，或担心口令被人知道，随时随地都可停用。
landing-sites-heading = 网站接入
landing-sites = 使用任何通用的 OpenID Connect 程序库即可接入。
landing-button = 登录按钮

## 填写项
number = 网号
number-hint = 16 位字母和数字，空格与大小写不影响。
pin = 口令
pin-hint = 8 位数字。
code = 动态口令
code-hint = 动态口令应用中的 8 位数字，每 30 秒更换一次。

## 登录
signin-title = 登录
signin-asks = { $site }请求核验您的身份。它只会得到一个仅供它使用的代码，得不到您的姓名和号码。
signin-again = { $site }请您再登录一次，以确认是您本人。
signin-needs-passkey = { $site }还需要您的通行密钥；仅凭口令和动态口令不够。
signin-needs-code = { $site }还需要您的口令和动态口令；仅凭通行密钥不够。
signin-no-passkey = 此浏览器无法使用通行密钥，或已关闭 JavaScript。请开启 JavaScript 后重新打开此页，或换一个浏览器；您也可以返回。
signin-own = 登录后，可查看并更改您同意过的网站和您的登录方式。
signin-problem = 尚未登录
signin-number-shape = 网号应为 16 位字母和数字，请核对。
signin-pin-shape = 口令应为 8 位数字，请核对。
signin-code-shape = 动态口令应为 8 位数字，请核对。
signin-mismatch = 网号、口令和动态口令不相符。请逐项核对，等动态口令更新后再试。
signin-passkey-refused = 此通行密钥未被接受，请换一个通行密钥。
signin-passkey-refused-or = 您也可以使用网号、口令和动态口令登录。
signin-too-many = 尝试次数过多。请等待 { $minutes } 分钟后再试。
signin-too-many-or = 使用通行密钥可立即登录。
signin-stale = 页面停留过久，已为您换成新的页面，请重新登录。
signin-passkey = 使用通行密钥登录
signin-passkey-hint = 用指纹、面容或锁屏密码确认，这些信息不会离开您的设备。
signin-passkey-waiting = 请按设备上的提示操作。
signin-passkey-stopped = 操作没有完成。请再试一次，或使用网号登录。
signin-passkey-stopped-only = 操作没有完成，您可以再试一次。
signin-or = 或
signin-number-way = 使用网号登录
signin-submit = 登录
signin-decline = 不登录，返回{ $site }

# 在通行密钥之上的人脸核验
face-title = 人脸核验
face-asks = { $site }除通行密钥外，还需要核验您的人脸。
face-problem = 人脸核验尚未通过
face-missing = 请先拍摄一张照片。
face-not-yours = 未能确认是您本人的真实面容。请本人正对镜头拍摄，不要使用照片或屏幕。
face-unclear = 照片不够清晰。请在光线充足处靠近镜头，摘下墨镜和口罩后再试。
face-stale = 页面已使用过或停留过久，已为您换成新的页面，请再试一次。
face-file = 您的面部照片
face-hint = 请现在拍摄，光线充足，正视前方。
face-kept = 照片只与人口登记系统中您的照片比对，比对后即删除。我们不保存照片，{ $site }也看不到照片。
face-submit = 核验人脸
face-sandbox = 沙盒
face-sandbox-hint = 这里没有真实的人，也就没有人脸。请选择镜头“看到”的内容。
face-sandbox-holder = 我本人的脸
face-sandbox-somebody-else = 别人的脸
face-sandbox-photograph = 举起的一张照片
face-sandbox-unclear = 光线太暗的照片

# 达不到的级别
barred-title = 现有的身份证明不够
barred-evidence = { $site }要求的级别，您申领时的证明达不到：您的证件当时只能以复制件也能通过的方式读取。
barred-evidence-lifts = 如何解除：重新证明身份，使用芯片能证明自己并非复制件的证件，或由两名工作人员当面核验。
barred-no-picture = { $site }要求核验人脸，但没有可供比对的照片。我们不保存照片，人口登记系统也不认识您申领时所用的证件。
barred-no-picture-lifts = 如何解除：使用人口登记系统认识的证件，重新证明身份。
barred-rest = 其他一切不变：您的网号、登录方式，以及各网站认识您的代码。

## 同意
website-says = { $site }的说明：
website-policy = 隐私政策
website-terms = 服务条款
consent-asks = { $site }请求核验您的身份
consent-website = 网站：{ $host }
consent-app-heading = 这是本设备上的应用
consent-app = 它不是网站，我们无法核实它由谁制作。只有您刚刚亲自打开了它，才请继续。
consent-app-name = 它自称
consent-app-redirect = 返回地址
consent-learns = 它将得知
consent-learns-person = 您是已核验的真实个人
consent-learns-code = 一个仅供{ $site }使用的代码
consent-elsewhere = { $site }将代您向{ $other }提出请求。{ $other }将得知您是已核验的真实个人，并得到一个仅供其自己使用的代码。
consent-offline = 在您撤回之前，{ $site }可在您不在场时再次查询。
consent-not = 它不会得知
consent-not-name = 您的姓名
consent-not-number = 证件号码和网号
consent-not-where = 您还登录过哪里
consent-allow = 同意并返回{ $site }
consent-decline = 不同意，返回
consent-remembered = 一年后会再次征求您的同意。您可随时在“我的页面”撤回。
consent-always = 对应用，每次都会征求您的同意。
consent-who = 当前登录的网号末四位为 { $end }。
consent-not-you = 不是您？退出登录

## 未成年人
minors-title = 需要监护人同意
minors-heading = 需要先由监护人同意
minors-under-14 = 您未满十四周岁，依法应由监护人代为申领并同意。目前还不能在这里征求监护人同意，因此暂时无法登录。
minors-under-18 = 您未满十八周岁，依法应在监护人的监护下使用。目前还不能在这里征求监护人同意，因此暂时无法登录。
minors-nothing-sent = { $site }没有得到您的任何信息。
minors-other-way = 您可以使用该网站的其他登录方式。

## 不能继续
refusal-bad-request = 网站的请求有误
refusal-bad-request-do = 这不是您的问题。请返回网站再试一次；如仍出现，请把下面的代码告诉该网站。
refusal-unknown-website = 我们不认识请您前来的网站
refusal-unknown-website-do = 请不要填写任何内容，回到您来的地方即可。您的信息没有发送给任何人。
refusal-unknown-return = 网站给出的返回地址不是它自己的
refusal-unknown-return-do = 为避免您的信息落入他人之手，我们在此停止。请返回网站，并把下面的代码告诉该网站。
refusal-stale = 页面停留过久
refusal-stale-do = 什么都没有发生，也没有发送任何信息。请回到网站重新开始。
refusal-foreign-form = 无法确认这次提交来自我们的页面
refusal-foreign-form-do = 请返回后再试一次。您的浏览器需要允许本站使用 Cookie。
refusal-not-found = 这个地址没有页面
refusal-not-found-do = 地址可能输错了，或者页面已经移走。
refusal-wrong-method = 此页面不能单独打开
refusal-wrong-method-do = 什么都没有发生，也没有发送任何信息。请回到网站重新开始。
refusal-too-large = 提交的内容过大
refusal-too-large-do = 这不是您的问题。请返回网站再试一次；如仍出现，请把下面的代码告诉该网站。
refusal-sign-out = 网站的退出登录请求有误
refusal-sign-out-do = 您仍处于登录状态，没有发送任何信息。您可以在这里退出登录。
refusal-broken = 我们这边出了故障
refusal-broken-do = 您的信息没有丢失。请一分钟后再试；如仍出现，请把下面的代码告诉我们。
refusal-code = 代码
refusal-trace = 追踪编号
refusal-developer = 供网站开发者查看
refusal-received = 收到
refusal-expected = 应为
refusal-fix = 如何改正

## 退出登录
signout-title = 退出登录
signout-heading = 要退出登录吗？
signout-lead = 退出后，本浏览器与虎符的登录即告结束。要求获知的网站会收到通知；其余网站仍保持登录，需在各网站分别退出。
signout-submit = 退出登录
signout-stay = 保持登录
signout-stay-site = 保持登录，返回{ $site }
signed-out-title = 您已退出登录
signed-out-lead = 下一位使用此浏览器的人需要重新登录。
signed-out-going = 稍后将带您返回{ $site }。
signed-out-frame = 网站正在为您退出登录

## 冻结
freeze-link = 冻结我的网号
freeze-title = 冻结网号
freeze-lead = 网号冻结后，任何人都不能用它登录；您在所有浏览器退出登录，网站也不能再向我们查询您。
freeze-lift-heading = 如何解除
freeze-lift = 用您的任一通行密钥登录，确认后即可解除。没有通行密钥的，只能由本服务的运营方解除。
freeze-problem = 尚未冻结
freeze-submit = 立即冻结
freeze-not = 不冻结
frozen-title = 您的网号已冻结
frozen-certainly = 任何人都不能用它登录，您已在所有浏览器退出登录。
frozen-perhaps = 如果网号与口令相符，该网号已冻结
frozen-perhaps-why = 无论填写是否正确，我们都这样回答，以免有人在此试探口令。
frozen-sure-heading = 如需确认
frozen-sure = 请用口令试着登录。如果仍能登录，说明没有冻结：可能填写有误，或尝试次数过多。请一小时后再试，或在“我的页面”冻结。
lift-title = 您已冻结网号
lift-lead = 这是您的通行密钥，可以解除冻结。请在确认网号、口令和设备都安全之后再解除。
lift-after = 解除后，您可照常登录，各网站认得您的代码不变。
lift-submit = 解除冻结并登录
lift-not = 保持冻结
lift-not-site = 保持冻结，返回{ $site }

## 繁忙
form-post-title = 返回 { $host }
form-post-lead = 浏览器正在把结果带回该网站。如果没有反应,请按下面的按钮。
form-post-continue = 继续

busy-title = 现在使用的人很多
busy-lead = 请在 { $seconds } 秒后重新打开此页。您的信息没有丢失。

## 我的页面
me-title = 我的页面
me-number-show = 显示
me-number-hide = 隐藏
me-number-hint = 请自己保管，任何网站都不需要它。点按号码即可全选。
me-copy = 复制
me-copied = 已复制
me-sites = 您同意过的网站
me-sites-none = 暂无。
me-sites-hint = 只有您能看到这份清单。它在您打开本页时现算得出，不留存于任何地方。
me-since = { $day }起
me-visit = 前往登录
me-visit-site = 前往{ $site }登录
me-withdraw = 撤回
me-withdraw-site = 撤回对{ $site }的同意
me-sessions = 已登录的浏览器
me-browser-unknown = 某个浏览器
me-here = 当前浏览器
me-by-passkey = 通行密钥登录
me-by-code = 网号、口令和动态口令登录
me-idle-recent = 一小时内使用过
me-idle-hours = { $n } 小时前使用过
me-idle-days = { $n } 天前使用过
me-end = 结束
me-end-browser = 结束{ $browser }上的登录
me-end-all = 在所有浏览器退出登录
me-passkeys = 通行密钥
me-passkeys-none = 暂无。通行密钥是最快捷、最安全的登录方式。
me-passkey-device = 自称只存于一台设备
me-passkey-attested = 只存于一台设备，由厂商担保。型号 { $model }，仅您可见。
me-passkey-synced = 由设备厂商的云服务在您的设备间同步
me-added = { $day }添加
me-change = 更改
me-change-passkey = 更改{ $passkey }
me-passkey-new-name = 新名称
me-rename = 重命名
me-remove = 移除
me-remove-passkey = 移除{ $passkey }
me-remove-hint = 移除后不能再用它登录。请同时在您的设备上删除它。
me-last-way = 这是您唯一的登录方式，不能移除。请先添加另一个通行密钥。
me-noscript = 添加通行密钥需要 JavaScript，而此浏览器已将其关闭。其他功能不受影响。
me-passkey-name = 新通行密钥的名称
me-passkey-name-hint = 便于您日后辨认，例如“我的手机”“蓝色钥匙”。
me-add = 添加通行密钥
me-add-stopped = 没有添加通行密钥，您可以再试一次。
me-add-known = 此设备上已有您的通行密钥。
me-pin = 口令
me-pin-absent = 您只使用通行密钥登录，未设置口令。
me-pin-change = 修改口令
me-pin-current = 当前口令
me-pin-new = 新口令
me-pin-rule = 8 位数字。不可用 12345678 一类的连续数字、重复数字或您的生日。
me-pin-again = 再输一次新口令
me-pin-submit = 修改口令
me-freeze = 冻结我的网号……
me-freeze-lift = 用您的任一通行密钥登录即可解除。
me-freeze-no-passkey = 您没有通行密钥。冻结后只能由本服务的运营方解除；如有可能，请先添加通行密钥。
me-freeze-anyway = 仍要冻结
me-sign-out = 退出登录

notice-consent-withdrawn = 已撤回。该网站需要重新征求您的同意。
notice-session-ended = 该登录已结束。
notice-passkey-added = 通行密钥已添加。
notice-passkey-renamed = 通行密钥已改名。
notice-passkey-removed = 通行密钥已移除。请同时在您的设备上删除它。
notice-pin-changed = 新口令已生效。

problem-passkey-refused = 未能添加通行密钥。请再试一次，或换一台设备。
problem-passkey-name = 请为通行密钥取一个不超过 64 个字的名称。
problem-last-way = 这是您唯一的登录方式，请先添加另一种。
problem-no-way-back = 尚未冻结。请先阅读以下说明，再作决定。
problem-stale = 页面停留过久，已为您换成新的页面，请再试一次。
problem-pin-mismatch = 当前口令与动态口令不相符。请逐项核对，等动态口令更新后再试。
problem-pin-shape = 新口令应为 8 位数字。
problem-pin-differ = 两次输入的新口令不同，请输入两次相同的口令。
problem-pin-same = 新口令与当前口令相同，请另选一个。
problem-pin-sequence = 12345678 一类的连续数字容易被猜到，请另选一个口令。
problem-pin-repeated = 重复的数字容易被猜到，请另选一个口令。
problem-pin-birthdate = 生日容易被猜到，请另选一个口令。
problem-pin-too-many = 尝试次数过多，请过一段时间再试。

me-events = 登录方式的变动记录
me-events-hint = 记录半年内在新浏览器上的登录和每一次变动。如有不是您本人的，请修改口令或冻结网号。
me-events-show = 查看全部 { $n } 条
me-event-signed-in = 在新的浏览器上登录：
me-event-passkey-added = 添加了通行密钥：
me-event-passkey-removed = 移除了通行密钥：
me-event-pin-changed = 修改了口令
me-event-signed-out-everywhere = 退出了所有登录
me-event-frozen = 冻结了网号
me-event-lifted = 用通行密钥解除了冻结
