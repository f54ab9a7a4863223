/** What the program says of registries, and the Features, Templates and configurations that come from them. */
import type { Words } from '../../en/said';
import type { registry as said } from '../../en/said/registry';

export const registry: Words<typeof said> = {
  problems: {
    'cannot read {}: {detail}': '无法读取 {}：{detail}',
    'the credential helper {program} did not give the credentials of {registry}: {detail}':
      '凭据助手 {program} 没有提供 {registry} 的凭据：{detail}',
    '{host} cannot be reached: {detail}': '无法连接 {host}：{detail}',
    '{host} has not answered for {seconds} s while {what}': '{host} 在{what}时已有 {seconds} 秒没有响应',
    '{what} does not exist': '{what} 不存在',
    '{registry} refuses {what} ({status}): {detail}': '{registry} 拒绝提供 {what}（{status}）：{detail}',
    '{registry} wants credentials to be shown to {realm}, which is another host':
      '{registry} 要求向另一台主机 {realm} 出示凭据',
    '{from} redirects to {to}, {why}': '{from} 重定向到 {to}，{why}',
    '{host} answers {status} for {what}: {detail}': '{host} 对 {what} 的响应是 {status}：{detail}',
    'Digest did not match for {what}. Expected {expected}, found {found}':
      '{what} 的摘要不一致。应为 {expected}，实际为 {found}',
    '{what} is larger than {limit} bytes': '{what} 超过 {limit} 字节',
    '{what} is not usable: {detail}': '{what} 无法使用：{detail}',
    '{what} is not unpacked: its entry {entry} {why}': '没有解压 {what}：其中的 {entry} {why}',
    'cannot {action} {}: {source}': '无法{action} {}：{source}',
    "Invalid cross-origin auth host '{text}'. Expected '<registry-host>=<auth-host>'.":
      "跨域认证主机 '{text}' 无效。应为 '<registry-host>=<auth-host>'。",
    "Feature '{user_id}'{} could not be processed: {error}": "无法处理 Feature '{user_id}'{}：{error}",
    "Feature '{user_id}'{} could not be processed: {} {problem}": "无法处理 Feature '{user_id}'{}：{} {problem}",
    '{}: {error}': '{}：{error}',
    'Lockfile does not exist.': '锁定文件不存在。',
    'Lockfile does not match.': '锁定文件不一致。',
    "Cannot use the '{user_id}' Feature since it was reported to be problematic. Please remove this Feature from your configuration and rebuild any dev container using it before continuing.{}{}":
      "不能使用 Feature '{user_id}'，因为它被报告有问题。请先从配置中移除这个 Feature，并重新构建使用它的开发容器，然后再继续。{}{}",
    'fetching Features ended early: {error}': '获取 Feature 的过程提前结束：{error}',
    "the Feature '{}' cannot be had: {problem}{}": "无法获取 Feature '{}'：{problem}{}",
    'more than {MOST} configurations in registries are extended': '扩展了超过 {MOST} 个注册表中的配置',
    '{reference} is used as it was fetched before: {error}': '使用之前获取的 {reference}：{error}',
    '`extends` names {reference}: {error}': '`extends` 指定了 {reference}：{error}',
    '`extends` names {reference}, which holds no devcontainer.json':
      '`extends` 指定的 {reference} 中没有 devcontainer.json',
    '`extends` names {reference}, which is no file of this computer':
      '`extends` 指定的 {reference} 不是这台电脑上的文件',
    '`extends` must name a file relative to this one, but names {reference}':
      '`extends` 必须用相对于这个文件的路径指定文件，但指定了 {reference}',
    '`extends` names {reference}, which was not fetched yet': '`extends` 指定的 {reference} 尚未获取',
    '`extends` names {reference}, which leads out of what was fetched':
      '`extends` 指定的 {reference} 指向所获取内容之外',
    '`extends` goes round in a circle: {}': '`extends` 形成循环：{}',
    '`extends` is deeper than {} files: {} would be the next': '`extends` 超过 {} 层文件：下一个是 {}',
    '`extends` names {}, which is not there': '`extends` 指定的 {} 不存在',
    "no Feature can be added to the Template's {}: {error}": '无法向模板的 {} 添加 Feature：{error}',
    'the archive of {name} cannot be used: {why}': '无法使用 {name} 的压缩包：{why}',
    '{} is a link, and nothing is written through it': '{} 是链接，不会通过它写入',
    'the Template has changed since it was shown': '模板在显示之后已改变',
    'there is no Template named {id}': '没有名为 {id} 的模板',
    'this is more than a Template is asked': '这超过了对模板可以提出的要求',
    'this is no collection of a registry': '这不是注册表中的集合',
    '{name} is no collection: its content is no list': '{name} 不是集合：其内容不是列表',
  },
  things: {
    'the name {self}': '名称 {self}',
    'the registry {registry}': '注册表 {registry}',
    'a token for {what}': '用于 {what} 的令牌',
    'the answer of {}': '{} 的响应',
    'the content of {repository}': '{repository} 的内容',
    'the tags of {repository}': '{repository} 的标签',
    'the manifest of {repository}': '{repository} 的清单',
    'an upload to {repository}': '向 {repository} 的上传',
    'the encryption of connections': '连接的加密',
  },
  activities: {
    connecting: '连接',
    'asking for {}': '请求 {}',
    'receiving {}': '接收 {}',
  },
  redirects: {
    'and a request for a token is not sent on (--oci-auth-hardening)': '而对令牌的请求不会转发（--oci-auth-hardening）',
    'which is not encrypted': '而那里没有加密',
    'after too many other redirects': '此前的重定向已过多',
  },
  causes: {
    'no reason given': '没有给出原因',
    'there is no token in it': '其中没有令牌',
    'its address does not begin with https://': '它的地址不以 https:// 开头',
    'it does not say where to upload to': '它没有说明上传到哪里',
    'there is no certificate of an authority in it': '其中没有证书颁发机构的证书',
    'no connection within {} s': '没有在 {} 秒内建立连接',
    'it is no digest': '它不是摘要',
    "its name is not a program's": '它的名称不是程序的名称',
    'no answer within {} s': '没有在 {} 秒内响应',
    'its answer is not understood: {error}': '无法理解它的响应：{error}',
    'its manifest: {error}': '它的清单：{error}',
    'it is of the kind {}, and nothing for dev containers ({CONFIGURATION})':
      '它的类型是 {}，不适用于开发容器（{CONFIGURATION}）',
    'its manifest names no content': '它的清单中没有内容',
    'its manifest names content by {:?}, which is no digest': '它的清单用 {} 指定内容，而这不是摘要',
    'it is not a host': '它不是主机',
    'it has more than {MOST_ENTRIES} entries': '其中超过 {MOST_ENTRIES} 项',
    'a header of it is too long': '其中有过长的头部',
    'a path in it is not Unicode': '其中有路径不是 Unicode',
    '{path} is a link, and where it leads cannot be known': '{path} 是链接，无法得知它指向哪里',
    'it holds more than {LARGEST} bytes': '其中的内容超过 {LARGEST} 字节',
    '{} leads out of the folder': '{} 指向文件夹之外',
  },
  entries: {
    'has a name that is not UTF-8': '的名称不是 UTF-8',
    'is a folder and something else': '既是文件夹又是其他类型',
    'is neither file, folder nor link': '既不是文件、文件夹，也不是链接',
    'has an absolute path': '使用了绝对路径',
    'leads out of its folder': '指向所在文件夹之外',
    'lies behind a link': '位于链接之后',
    'lies in something that is no folder': '所在的位置不是文件夹',
    'is a link to nothing that can be named': '是指向无法命名之处的链接',
    'is a link that leads out of its folder': '是指向所在文件夹之外的链接',
    'is a second name of something that is no file before it': '是另一项的别名，而那一项不是它之前的文件',
  },
  dependents: {
    ", which '{id}' depends on,": "（'{id}' 依赖它）",
  },
  closings: {
    ' The existing dev container was stopped.': '现有的开发容器已停止。',
    ' See {url} to learn more.': '详情请参阅 {url}。',
  },
  faults: {
    'is no JSON object': '不是 JSON 对象',
    'does not exist': '不存在',
    "has no Feature '{id}'": "中没有 Feature '{id}'",
    'cannot be read: {error}': '无法读取：{error}',
    'has no content': '没有内容',
  },
  hints: {
    "Correct or remove the file; `docker login` writes Docker's file with credentials anew.":
      '请更正或删除该文件；`docker login` 会重新写入 Docker 的凭据文件。',
    'Install {program}, or remove it from "credsStore" and "credHelpers" in Docker\'s config.json.':
      '请安装 {program}，或从 Docker 的 config.json 的 "credsStore" 和 "credHelpers" 中移除它。',
    "If the host's certificate comes from an authority of your company's, add that to the system's authorities, or name its file in SSL_CERT_FILE.":
      '如果主机的证书由你公司的证书颁发机构签发，请将该机构添加到系统信任的机构中，或用 SSL_CERT_FILE 指定其文件。',
    'Check the network connection, and HTTPS_PROXY and NO_PROXY if there is a proxy. What a lockfile names and was once fetched needs no network.':
      '请检查网络连接；如果使用代理，也请检查 HTTPS_PROXY 和 NO_PROXY。锁定文件中已获取过的内容不需要网络。',
    'Check the name and the version. If the repository is private, set GITHUB_TOKEN.':
      '请检查名称和版本。如果仓库是私有的，请设置 GITHUB_TOKEN。',
    'Check the name and the version.': '请检查名称和版本。',
    'The credentials came from {origin}. Renew them with `docker login {registry}`.':
      '凭据来自 {origin}。请用 `docker login {registry}` 更新。',
    'Check the name. If it is private, log in with `docker login {registry}`.':
      '请检查名称。如果它是私有的，请用 `docker login {registry}` 登录。',
    "If that host is the registry's own, allow it with `{option}`.": '如果该主机属于注册表，请用 `{option}` 允许它。',
    'Tokens are asked for over HTTPS alone.': '令牌只通过 HTTPS 请求。',
    'Name the place that it leads to instead, if you trust it.': '如果你信任它指向的位置，请直接指定该位置。',
    'Too much was asked of it; try again in a while.': '对它的请求过多；请稍后重试。',
    'Try again in a while.': '请稍后重试。',
    'What the registry gives now is not what was asked for. Try again; if it stays so, tell the publisher.':
      '注册表现在提供的内容与请求的不同。请重试；如果仍然如此，请告知发布者。',
    'Tell whoever published it, or use another version.': '请告知发布者，或使用其他版本。',
    "Check the folder's owner and the space that is left.": '请检查文件夹的所有者和剩余空间。',
    'Write it as in `ghcr.io=auth.example.com`.': '请写成类似 `ghcr.io=auth.example.com` 的形式。',
    'the lockfile names this content, and the registry has it no more; `wharf upgrade` locks what the registry has now, `--no-lockfile` leaves the lockfile aside once':
      '锁定文件指定了这个内容，而注册表中已没有它；`wharf upgrade` 会锁定注册表现有的内容，`--no-lockfile` 会暂时忽略锁定文件',
    'a Feature is a folder with devcontainer-feature.json and install.sh; check the path or the version':
      'Feature 是包含 devcontainer-feature.json 和 install.sh 的文件夹；请检查路径或版本',
    '`wharf up` without --frozen-lockfile writes {}': '不带 --frozen-lockfile 的 `wharf up` 会写入 {}',
    '`wharf up` without --frozen-lockfile writes {} anew': '不带 --frozen-lockfile 的 `wharf up` 会重新写入 {}',
    'Publish it as a Template is: `wharf templates publish`': '请像发布模板那样发布它：`wharf templates publish`',
    'Keep a copy beside this file and name it: "./base.json"; or name one in a registry: "ghcr.io/me/base:1"':
      '请在这个文件旁边保留一份副本并指定它："./base.json"；或指定注册表中的一份："ghcr.io/me/base:1"',
    'Other computers have other folders: write "./base.json"': '其他电脑的文件夹不同：请写 "./base.json"',
    '`wharf up` fetches it, and so does `wharf check --outdated`': '`wharf up` 会获取它，`wharf check --outdated` 也会',
    'What is published may only name its own files': '已发布的内容只能指定自己的文件',
    'Remove one of these': '请删除其中一个',
    'Let fewer files stand below one another': '请减少文件的层数',
    'The path is relative to the folder of this file': '路径相对于这个文件所在的文件夹',
    'Write <registry>/<namespace>/<id>:<version>, such as {}': '请写 <registry>/<namespace>/<id>:<version>，例如 {}',
    'Apply the Template without --features, and add them by hand': '请不带 --features 应用模板，然后手动添加',
    'Tell whoever published it, or use another version': '请告知发布者，或使用其他版本',
    'Put a folder in its place, or leave these files out with --omit-paths':
      '请换成文件夹，或用 --omit-paths 排除这些文件',
    'Look at what it would write now': '请查看它现在会写入什么',
    'Write <registry>/<namespace>, such as ghcr.io/devcontainers/templates':
      '请写 <registry>/<namespace>，例如 ghcr.io/devcontainers/templates',
  },
};
