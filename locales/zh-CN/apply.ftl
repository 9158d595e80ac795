# 申领网号。两种语言的变量必须一致(有测试核对)。

## 申领须知
apply-title = 申领网号
apply-lead = 共四步，约两分钟。请先了解我们会怎样使用您出示的信息。
apply-need = 请准备
apply-need-document = 您本人的身份证件（带芯片）
apply-need-phone = 您的手机
apply-need-app = 一个动态口令应用，您在别处用过的即可
apply-read = 会读取什么
apply-read-document = 证件芯片中的姓名、证件号码、出生日期和照片，用于向人口信息库核对。它只回答“是”或“否”。
apply-read-face = 您的面容，仅一次，与证件照片比对。
apply-read-phone = 您的手机号码，用于发送验证码。
apply-kept = 会留存什么
apply-kept-proof = 您已通过核验，以及核验的方式和时间（精确到小时）
apply-kept-phone = 姓名、出生日期、国籍、性别、证件号码和手机号码，以您专属的密钥加密：用于您的网证，以及在网号有异常时提醒您。注销时销毁密钥，这些信息随之消失
apply-kept-digest = 一个无法还原的证件摘要，用来保证一人一号
apply-not-kept = 不会留存什么
apply-not-kept-picture = 证件上的照片和您的面容
apply-not-kept-where = 您以后登录过哪里
apply-voluntary = 是否申领，由您决定
apply-voluntary-why = 没有人必须使用网号。每个网站都应同时提供其他登录方式。
apply-ages = 年满十八周岁可自行申领。八周岁至十七周岁须由监护人陪同申领，目前还不能在这里办理。未满八周岁不能申领。
apply-begin = 同意并开始
apply-decline = 不同意，返回
apply-forgotten = 您可以随时停止，已读取的信息会立即清除；无论如何，三十分钟后都会清除。
apply-have-one = 已有网号？去登录

## 每一步
apply-step = 第 { $step } 步，共 { $last } 步
apply-step-document = 证件
apply-step-face = 面容
apply-step-phone = 手机
apply-step-pin = 口令
apply-stop = 停止申领……
apply-stop-hint = 到目前为止读取的信息将全部清除，您可以随时重新申领。
apply-stop-submit = 停止并清除全部信息
apply-problem-unreachable = 我们所需的一项服务暂时没有回应。您的信息没有丢失，请稍后再试。

## 第一步
apply-kinds-title = 您持有哪种证件？
apply-kinds-lead = 证件须在有效期内，并且就在您手边。
apply-kind-resident = 居民身份证
apply-kind-passport = 护照（定居国外的中国公民）
apply-kind-hong-kong-macao = 港澳居民来往内地通行证
apply-kind-taiwan = 台湾居民来往大陆通行证
apply-kind-residence = 港澳台居民居住证
apply-kind-foreign = 外国人永久居留身份证
apply-problem-no-kind = 请选择您持有的证件。
apply-voucher = 我有窗口开具的凭单
apply-voucher-lead = 窗口当面核对您本人和证件后，会开具一张凭单，可代替读取芯片和比对面容。
apply-voucher-field = 凭单号
apply-voucher-submit = 使用凭单
apply-problem-voucher = 此凭单无效：可能输错、已用过或已过期。请核对，或到窗口重新开具。
apply-hold-title = 请将证件贴近读卡器
apply-hold-card = 居民身份证由国家专门的服务读取，再由它告知我们证件内容。
apply-hold-chip = 芯片只读取一次，内容会向证件签发机关核验。
apply-hold-here = 读卡器在本设备上，或已连接到本设备？
apply-hold-open = 打开读卡器
apply-hold-phone = 要用手机读取？请用手机扫描此码。
apply-hold-qr = 二维码：用手机打开读卡器
apply-hold-waiting = 正在等待读卡器，读完后本页会自动继续。
apply-hold-done = 证件已读取
apply-registry-lead = 人口信息库暂时没有回应。您的信息没有丢失，证件可以收起来了；请稍后再查询一次。
apply-registry-again = 再查询一次
apply-held = 我已贴近读卡器
apply-other-document = 改用其他证件
apply-problem-not-yet = 还没有读到证件。请将证件平放在读卡器上，直到读卡器提示完成。
apply-unread-no-chip = 读卡器没有找到芯片。请取下证件套，将证件平放；如果证件没有芯片，可到窗口办理。
apply-unread-closed = 芯片没有打开。请核对您在读卡器上输入的内容，或重新扫描。
apply-unread-taken-away = 读卡器还没有读完，证件就移开了。请再试一次，等它提示完成。
apply-unread-damaged = 芯片没有读完整。请把证件放稳后再试；如果每次都不成功，可到窗口办理。
apply-unread-not-genuine = 我们无法确认此证件的签发机关。请改用其他证件，或持证件到窗口办理。
apply-unread-expired = 此证件已过有效期，请使用有效的证件。
apply-unread-card = 此证件未被接受，可能已过期或已挂失。请使用新的证件，或咨询证件签发机关。
apply-unread-copied = 芯片未能证明自己是原件。请将证件本身贴近读卡器，或持证件到窗口办理。
apply-unread-late = 这次读取不属于本次申领，或时间已过。请将证件再次贴近读卡器。
apply-unread-other-kind = 读到的证件不在可用之列，或与您选择的不同，请重新选择。

## 第二步
apply-face-title = 请出示一次面容
apply-face-lead = 与证件照片比对后立即清除，任何一方都不会留存。提交照片，即表示您单独同意这一次比对。
apply-face-field = 您的面部照片
apply-face-hint = 请摘下帽子，让光线从正面照来。按此会打开相机。
apply-face-submit = 比对
apply-face-comparing = 正在比对，需要几秒钟。
apply-camera = 演示环境不需要相机。站在镜头前的是：
apply-camera-holder = 证件上的本人
apply-camera-other = 另一个人
apply-camera-photograph = 本人的一张照片
apply-camera-unclear = 光线很暗的本人
apply-face-without = 您也可以不用面容：由窗口当面核对，并为您开具凭单。
apply-face-left = 还可以再试 { $n } 次。
apply-face-missing = 没有收到照片，请拍一张。
apply-face-too-large = 照片过大，请降低像素后再拍，不超过 4 MB。
apply-face-unsure = 照片不够清楚。请在更亮的地方正对镜头，再试一次。
apply-face-different = 照片与证件上的不相符。如果是您本人，请再试一次；也可到窗口办理。
apply-face-not-living = 镜头前似乎是照片或屏幕，请出示您本人的面容。

## 第三步
apply-phone-title = 您的手机
apply-phone-lead = 我们会发送一个验证码，以确认手机由您持有。此后，只在您的网号有异常时才会联系您。
apply-phone-field = 手机号码
apply-phone-hint = 内地手机号直接填写；其他号码请以 + 和国家或地区代码开头。
apply-phone-submit = 发送验证码
apply-phone-character = 手机号码只含数字，前面可有加号，请核对。
apply-phone-length = 位数不对。内地手机号为 11 位；其他号码以 + 和国家或地区代码开头。
apply-phone-left = 还可以发送 { $n } 条短信。
apply-phone-spent = 此手机今天收到的短信过多。请换一个号码，或明天再来。
apply-phone-wrong = 验证码输错次数过多，请重新发送。
apply-phone-late = 验证码已超过 10 分钟，请重新发送。
apply-phone-none = 无法向此号码发送短信。请核对，或换一个号码。
apply-message-title = 请输入短信中的验证码
apply-message-lead = 验证码正发往 { $phone }。
apply-message-text = 【虎符】验证码 { $code }，用于申领网号，10 分钟内有效。请勿告诉任何人。
apply-message-inbox = 演示环境：查看虚构手机收到的短信
apply-message-field = 验证码
apply-message-hint = 6 位数字。
apply-message-submit = 继续
apply-message-again = 没收到？重新发送或换号码
apply-message-wrong = 与最近一条短信中的验证码不相符，还可以再试 { $n } 次。

## 第四步
apply-pin-title = 设置口令
apply-pin-lead = 登录时需要网号、此口令和动态口令。任何人都查不到您的口令，我们也不能。
apply-pin-rule-digits = 8 位数字
apply-pin-rule-row = 不可连续，如 12345678、86420864
apply-pin-rule-repeat = 不可重复，如 11111111；也不可正读倒读都一样
apply-pin-rule-birthdate = 不可用您的生日，也不可用人人都会先试的数字
apply-pin-field = 口令
apply-pin-again = 再输一次口令
apply-pin-submit = 设置口令
apply-pin-shape = 口令应为 8 位数字。
apply-pin-differ = 两次输入的口令不同，请输入两次相同的口令。
apply-pin-palindrome = 正读倒读都一样的数字容易被猜到，请另选一个口令。
apply-pin-common = 这是人人都会先试的口令，请另选一个。
apply-code-title = 设置动态口令
apply-code-lead = 动态口令应用每 30 秒生成一个新口令，无需联网。
apply-code-open = 在本设备上打开应用
apply-code-scan = 或用手机上的应用扫描此码：
apply-code-qr = 二维码：用于设置动态口令应用
apply-code-type = 或手动输入到应用
apply-code-settings = 按时间生成，8 位数字，每 30 秒更换。
apply-code-field = 应用现在显示的动态口令
apply-code-submit = 完成
apply-code-wrong = 动态口令不相符。请等下一个出现后再输入；如仍不符，请检查手机的时间。

## 完成
apply-done-title = 您已有网号
apply-done-lead = 任何网站都看不到它，它只用于在这里登录。
apply-done-keep = 请妥善保管
apply-done-keep-why = 请抄写下来，或让浏览器记住。凭网号、口令和动态口令即可登录；您也可以在“我的页面”再次查看。
apply-done-passkey = 让登录更方便
apply-done-passkey-why = 有了通行密钥，用指纹、面容或锁屏密码即可登录，无需输入。解除冻结也要用到它。
apply-done-passkey-add = 添加通行密钥

apply-known-title = 您已有网号
apply-known-lead = 每人只有一个网号，这就是您的。一切照旧。
apply-known-joined = 每人只有一个网号，这就是您的。新证件已为您登记，其他一切照旧。

apply-renew = 口令、动态口令应用或手机丢失了？
apply-renew-why = 您刚刚证明了本人身份，可以重新设置。如果没有通行密钥，新的登录方式要经过等待期才生效：我们会通过您留下的所有联系方式通知您，原有的任何一种登录方式都可以中止它。各网站认得您的代码不变。
apply-renew-submit = 重新设置口令和动态口令
apply-renewed-title = 新的口令和动态口令已设置
apply-renewed-lead = 即刻生效，原有的不再有效。
apply-renewed-later = 经过等待期后生效。如果不是您本人操作，请用原有方式登录并中止。
apply-renewed-from = 自{ $day }起生效。

## 未能完成
apply-begin-again = 重新申领
apply-over-forgotten = 已读取的信息都已清除。
apply-over-young = 未满八周岁不能申领网号
apply-over-young-do = 这是法律的规定。年满八周岁后，可由监护人陪同申领。
apply-over-guardian-do = 八周岁至十七周岁须由监护人陪同申领。目前还不能在这里征求监护人同意，因此暂时只能到此为止，请您谅解。
apply-over-registry = 人口信息库未能确认
apply-over-registry-do = 证件上的信息与人口信息库的记录不一致。迁移户口或更改姓名后，记录可能需要几天才会更新。请咨询证件签发机关，或过些时候再试。
apply-over-suspended = 请先到窗口办理
apply-over-suspended-do = 人口信息库没有告知我们原因。请咨询您的证件签发机关，之后可在这里重新申领。
apply-over-deceased = 人口信息库的记录有异常
apply-over-deceased-do = 按照记录，暂时不能申领；这很可能是记录有误。请您本人或委托信任的人，到证件签发机关核对记录。如果您是为已故的亲人办理：这里无需再做任何事，请您节哀。
apply-over-elsewhere = 此证件已属于另一个网号
apply-over-elsewhere-do = 如果是您的，请用已有的网号登录。如果不是，可能有人冒用您的证件，请告知证件签发机关。
apply-over-documents = 尝试的证件过多
apply-over-documents-do = 请备好证件后重新申领；也可到窗口，由两名工作人员协助读取。
apply-over-faces = 未能确认您的面容
apply-over-faces-do = 请在更亮的地方重新申领；也可到窗口，由两名工作人员当面核对，无需相机。
apply-over-messages = 不能再发送短信
apply-over-messages-do = 请检查您的手机，然后重新申领。
apply-over-voucher = 此凭单已被使用
apply-over-voucher-do = 一张凭单只能用于一次申领，请到窗口重新开具。
apply-over-link = 此链接已失效
apply-over-link-do = 链接只能用一次，五分钟内有效。请在另一台设备上重新显示。
apply-over-expired = 已超过三十分钟
apply-over-expired-do = 您可以随时重新申领。
apply-over-stopped = 您已停止申领
apply-over-stopped-do = 没有生成网号。您可以随时重新申领。
apply-over-not-open = 这里不办理申领
apply-over-not-open-do = 本服务只为已有网号的人办理登录，不受理申领。

## 换设备继续
apply-watching-title = 已在您的另一台设备上继续
apply-watching-lead = 您可以关闭本页，也可以在这里查看进度。
apply-watching-on = 又完成了一步。
apply-watching-done = 已完成
apply-watching-done-lead = 网号显示在您的另一台设备上。您可以关闭本页。
apply-elsewhere-title = 用手机继续
apply-elsewhere-lead = 请用手机扫描此码，从当前这一步接着办理。
apply-elsewhere-qr = 二维码：在手机上打开本次申领
apply-elsewhere-type = 或在手机上输入此地址：
apply-elsewhere-waiting = 正在等待您的手机。
apply-elsewhere-done = 已在您的手机上继续。
apply-elsewhere-stay = 仍在本设备上办理
apply-here-title = 在这里继续申领？
apply-here-lead = 本次申领是在另一台设备上开始的；在这里继续后，那台设备就看不到它了。
apply-here-careful = 只有您本人刚刚开始了申领，才请继续。如果地址是别人发给您的，请不要继续。
apply-here-submit = 在这里继续
apply-here-not = 不是我开始的
