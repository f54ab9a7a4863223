/** What the program says of engines, and the way to them. */
import type { Words } from '../../en/said';
import type { engine as said } from '../../en/said/engine';

export const engine: Words<typeof said> = {
  problems: {
    "{text:?} is not an engine's address: {reason}": '{text} 不是引擎的地址：{reason}',
    'the Docker context {name:?} cannot be used: {reason}': '无法使用 Docker 上下文 {name}：{reason}',
    'there is no Podman connection {name:?}{}': '没有名为 {name} 的 Podman 连接{}',
    'there is no engine {name:?}{}': '没有名为 {name} 的引擎{}',
    'no container engine answers{}': '没有容器引擎响应{}',
    'no engine listens at {engine}': '没有引擎在 {engine} 监听',
    '{engine} refuses connections': '{engine} 拒绝连接',
    'no permission to open {engine}': '没有权限打开 {engine}',
    'cannot reach {engine}: {detail}': '无法连接 {engine}：{detail}',
    'no encrypted connection to {engine}: {problem}': '无法与 {engine} 建立加密连接：{problem}',
    'no connection to {engine}: {}{}': '无法与 {engine} 建立连接：{}{}',
    'what answers at {engine} is not a container engine: {detail}': '在 {engine} 响应的不是容器引擎：{detail}',
    '{engine} did not {call} within {} s': '{engine} 没有在 {} 秒内{call}',
    '{engine} was asked to {call} and gave an answer that cannot be understood: {detail}':
      '{engine} 在{call}时给出了无法理解的响应：{detail}',
    'the connection to {engine} broke while it was asked to {call}: {detail}':
      '与 {engine} 的连接在{call}时中断：{detail}',
    '{engine} has no container {container}': '{engine} 上没有容器 {container}',
    '{engine} could not {call}: {words}': '{engine} 无法{call}：{words}',
    'image {image} was not found: {words}': '找不到镜像 {image}：{words}',
    '{registry} did not let {engine} {call} {}: {words}': '{registry} 不允许 {engine} {call}（{}）：{words}',
    '{engine} could not {call} over the network: {words}': '{engine} 无法通过网络{call}：{words}',
    '{engine} has no space left to {call}: {words}': '{engine} 的空间不足，无法{call}：{words}',
    '{engine} could not {call}: {words} (status {status})': '{engine} 无法{call}：{words}（状态 {status}）',
    'the image could not be built{}: {words}': '无法构建镜像{}：{words}',
    'cannot read {} for the build: {source}': '无法读取构建所需的 {}：{source}',
    "cannot write {} with the build's result: {source}": '无法将构建结果写入 {}：{source}',
    '{}:{line}: {pattern:?} is not a pattern: {reason}': '{}:{line}：{pattern} 不是有效的匹配模式：{reason}',
    'the build secret {id:?} cannot be read: {reason}': '无法读取构建机密 {id}：{reason}',
    '{option} cannot be used with {engine}: {reason}': '{option} 不能用于 {engine}：{reason}',
    'the builder {builder} cannot be used: {detail}': '无法使用构建器 {builder}：{detail}',
    '{} could not be started as a service: {detail}': '无法将 {} 作为服务启动：{detail}',
    cancelled: '已取消',
    'an engine answers': '有引擎响应',
    'nothing is there': '那里什么也没有',
    'no permission to open it': '没有权限打开它',
    'nobody listens': '没有程序在监听',
    'no answer in time': '没有及时响应',
    'not a container engine: {detail}': '不是容器引擎：{detail}',
    '{error}; trying again in {} s': '{error}；{} 秒后重试',
    '{error}; the engine builds instead': '{error}；改由引擎构建',
    'image {name} is not there after its build': '构建后没有镜像 {name}',
    '{flag} has no effect: BuildKit does not know it': '{flag} 不起作用：BuildKit 不认识它',
  },
  causes: {
    "an engine's address starts with unix://, npipe://, tcp:// or ssh://":
      '引擎的地址以 unix://、npipe://、tcp:// 或 ssh:// 开头',
    'the path of the socket is missing': '缺少套接字的路径',
    'the name of the pipe is missing': '缺少管道的名称',
    'the port is not a number between 1 and 65535': '端口不是 1 到 65535 之间的数字',
    'a password in the address is not supported; use a key or an agent': '地址中不能有密码；请使用密钥或代理',
    'the host is missing': '缺少主机',
    'there is no home folder to look in': '没有可以查找的主文件夹',
    '{} cannot be read': '无法读取 {}',
    'it names no Docker endpoint': '其中没有 Docker 端点',
    'the unknown container state {:?}': '未知的容器状态 {}',
    'an empty answer': '空的响应',
    'an answer without an end': '没有结尾的响应',
    'the stream ends in the middle of a document': '数据流在文档中间结束',
    'it did not answer within {} s: {error}': '它没有在 {} 秒内响应：{error}',
    'it ended at once ({status}): {last}': '它立即退出（{status}）：{last}',
    'this system has no Podman service': '这个系统没有 Podman 服务',
    'the engine is not Podman': '引擎不是 Podman',
    'the builder does not say what it built': '构建器没有说明构建了什么',
    "that is no builder's name": '这不是构建器的名称',
    'BUILDX_BUILDER names it, but there is none of that name': 'BUILDX_BUILDER 中写有它，但没有这个名称的构建器',
    'it runs on the Docker context {endpoint:?}, which does not exist any more':
      '它运行在 Docker 上下文 {endpoint} 上，而该上下文已不存在',
    'it is encrypted, but `cacert` does not say whom to trust': '它已加密，但 `cacert` 没有说明应信任谁',
    'it needs both `cert` and `key`, or neither': '`cert` 和 `key` 必须同时提供，或都不提供',
    'it does not take connections': '它不接受连接',
    'its driver {driver:?} is not one that Wharf speaks; docker-container and remote are':
      'Wharf 不支持它的驱动 {driver}；支持的是 docker-container 和 remote',
    'its container {container} does not exist; `docker buildx inspect --bootstrap {}` makes it':
      '它的容器 {container} 不存在；`docker buildx inspect --bootstrap {}` 会创建它',
    'it was started, but does not listen': '它已启动，但没有监听',
    'the connection has ended': '连接已结束',
    'the variable {name} is not set': '没有设置环境变量 {name}',
    '{}: larger than the {} KiB that a builder takes': '{}：超过构建器接受的 {} KiB',
    'no SSH agent runs: SSH_AUTH_SOCK is not set': '没有运行 SSH 代理：未设置 SSH_AUTH_SOCK',
    'only the socket of an SSH agent can be lent, not key files': '只能提供 SSH 代理的套接字，不能提供密钥文件',
    '{} is no socket of an SSH agent; key files have to be added to an agent first':
      '{} 不是 SSH 代理的套接字；密钥文件需要先添加到代理',
    'the builder stopped in the middle': '构建器中途停止',
    'the builder names {path:?}, which lies outside': '构建器指定的 {path} 位于目标之外',
    'a folder is in the way': '那里已有一个文件夹',
    'it needs a place, as in `dest=…`': '需要指定位置，例如 `dest=…`',
    'BuildKit knows default, host and none': 'BuildKit 支持 default、host 和 none',
    'an exclamation mark needs a pattern after it': '感叹号后面必须有模式',
    'a bracket is not closed': '方括号没有闭合',
    'a bracket has nothing in it': '方括号中没有内容',
    'a range has no end': '范围没有结尾',
    'a backslash needs a character after it': '反斜杠后面必须有一个字符',
    'unix sockets need a unix system': 'Unix 套接字需要 Unix 系统',
    'named pipes need Windows': '命名管道需要 Windows',
    "the stream's header {0:02x?} is not one": '数据流的头部 {0} 无效',
  },
  options: {
    "an option of Podman's own": 'Podman 自己的选项',
  },
  calls: {
    'answer a ping': '响应',
    'describe itself': '提供自身信息',
    'list containers': '列出容器',
    'list the containers with a volume': '列出使用某个卷的容器',
    'tell what happens': '报告事件',
    'inspect container {short}': '查看容器 {short}',
    'measure container {short}': '统计容器 {short} 的占用',
    'start container {short}': '启动容器 {short}',
    'stop container {short}': '停止容器 {short}',
    'pause container {short}': '暂停容器 {short}',
    'unpause container {short}': '恢复容器 {short}',
    'rename container {short}': '重命名容器 {short}',
    'remove container {short}': '删除容器 {short}',
    'wait for container {short}': '等待容器 {short}',
    'send a signal to container {short}': '向容器 {short} 发送信号',
    'copy files into container {short}': '将文件复制到容器 {short}',
    'copy files out of container {short}': '从容器 {short} 复制文件',
    'run a program in container {short}': '在容器 {short} 中运行程序',
    'read the log of container {short}': '读取容器 {short} 的日志',
    'inspect image {image}': '查看镜像 {image}',
    'pull image {image}': '拉取镜像 {image}',
    'remove image {image}': '删除镜像 {image}',
    'tag image {image}': '标记镜像 {image}',
    'create container {name}': '创建容器 {name}',
    'create the container': '创建容器',
    'connect the container to network {network}': '将容器连接到网络 {network}',
    'inspect exec {exec}': '查看 exec {exec}',
    'list volumes': '列出卷',
    'inspect volume {name}': '查看卷 {name}',
    'make an empty image': '创建空镜像',
    'create volume {name}': '创建卷 {name}',
    'remove volume {name}': '删除卷 {name}',
    'load the image': '加载镜像',
    'count what lies on its disk': '统计磁盘占用',
    'remove what builds have kept': '删除构建缓存',
    'build the image': '构建镜像',
    'open its builder': '打开构建器',
    'open a build session': '打开构建会话',
    'list networks': '列出网络',
    'remove network {network}': '删除网络 {network}',
  },
  encryption: {
    'its certificate was not issued by the authority in {}': '它的证书不是由 {} 中的证书颁发机构签发的',
    'its certificate was issued by an authority that this system does not trust':
      '它的证书由这个系统不信任的证书颁发机构签发',
    'its certificate has expired': '它的证书已过期',
    'its certificate is not valid yet': '它的证书尚未生效',
    'its certificate is for another name than {host}': '它的证书不适用于名称 {host}',
    'it refuses the certificate that we showed': '它拒绝了我们出示的证书',
    'it asks for a client certificate, and there is no cert.pem with key.pem in {}':
      '它要求客户端证书，而 {} 中没有 cert.pem 和 key.pem',
    'it asks for a client certificate': '它要求客户端证书',
    'what listens there does not speak TLS': '在那里监听的程序不使用 TLS',
  },
  machines: {
    "the machine's key is not the known one": '机器的密钥与已知的不同',
    'the machine does not let this user in': '机器不允许这个用户登录',
    'the machine does not answer': '机器没有响应',
    "logged in, but the engine's socket there cannot be opened": '已登录，但无法打开那里的引擎套接字',
    'the ssh program cannot be started': '无法启动 ssh 程序',
    'ssh gives no connection': 'ssh 没有建立连接',
  },
  credentials: {
    'without credentials': '没有凭据',
    'with the credentials of {credentials}': '凭据：{credentials}',
  },
  tried: {
    ': no place to look for one is known on this system': '：在这个系统上没有已知的位置可以查找',
    '; tried:{}': '；已尝试：{}',
  },
  choices: {
    '; there are {}': '；现有的是 {}',
  },
  words: {
    ': {words}': '：{words}',
  },
  buildSteps: {
    ' (step {step})': '（步骤 {step}）',
  },
  hints: {
    'Correct DOCKER_HOST or CONTAINER_HOST, or unset it to use the engine of this machine.':
      '请更正 DOCKER_HOST 或 CONTAINER_HOST，或取消设置，以使用这台电脑的引擎。',
    "Choose another context with DOCKER_CONTEXT, or set {name:?} up again with Docker's own tools.":
      '请用 DOCKER_CONTEXT 选择另一个上下文，或用 Docker 自己的工具重新设置 {name}。',
    'Correct CONTAINER_CONNECTION, or add the connection with `podman system connection add`.':
      '请更正 CONTAINER_CONNECTION，或用 `podman system connection add` 添加该连接。',
    '`wharf engine list` shows the names; an address such as unix:///run/podman/podman.sock or ssh://user@host works too.':
      '`wharf engine list` 会显示名称；也可以使用地址，例如 unix:///run/podman/podman.sock 或 ssh://user@host。',
    'Install Docker or Podman, or start the one that is installed, or set DOCKER_HOST to the address of an engine.':
      '请安装 Docker 或 Podman，或启动已安装的引擎，或将 DOCKER_HOST 设为某个引擎的地址。',
    'Start the engine, for example with `systemctl start docker` or by opening Docker Desktop.':
      '请启动引擎，例如运行 `systemctl start docker`，或打开 Docker Desktop。',
    'Add your user to the group that owns the socket (for Docker: `sudo usermod -aG docker $USER`, then log in again), or use a rootless engine.':
      '请将你的用户加入拥有该套接字的用户组（Docker：运行 `sudo usermod -aG docker $USER`，然后重新登录），或使用 rootless 引擎。',
    'Look whether the engine still runs, then try again.': '请检查引擎是否仍在运行，然后重试。',
    'Look what listens at that address; DOCKER_HOST may point to the wrong place.':
      '请检查是什么程序在那个地址监听；DOCKER_HOST 可能指向了错误的位置。',
    'The engine may hang. Restart it, then try again.': '引擎可能已停止响应。请重启引擎，然后重试。',
    'The container was removed. Run the command again.': '容器已被删除。请重新运行命令。',
    "Look at the container's log for why it ended, then start it again.":
      '请查看容器的日志，了解它为何结束，然后重新启动。',
    'Look whether {image:?} is spelt right, and whether its registry asks for a login.':
      '请检查 {image} 的拼写是否正确，以及它的注册表是否要求登录。',
    'Log in with `docker login {registry}` or `podman login {registry}`, then try again.':
      '请用 `docker login {registry}` 或 `podman login {registry}` 登录，然后重试。',
    'Look at the network connection and its proxy, then try again.': '请检查网络连接及其代理，然后重试。',
    'Make the network with `docker network create` or `podman network create`, or correct its name in runArgs.':
      '请用 `docker network create` 或 `podman network create` 创建该网络，或更正 runArgs 中的名称。',
    'Remove or rename the one that has the name, or choose another name.':
      '请删除或重命名已使用该名称的对象，或选择另一个名称。',
    'End the program that uses the port, or publish another one.': '请结束使用该端口的程序，或公开另一个端口。',
    "Look whether the mount's source exists on the engine's machine and whether the engine may read it.":
      '请检查挂载的来源在引擎所在的机器上是否存在，以及引擎是否可以读取它。',
    "Free disk space on the engine's machine, for example by removing unused images and build cache.":
      '请在引擎所在的机器上释放磁盘空间，例如删除未使用的镜像和构建缓存。',
    'Make the file readable, or leave it out of the build with a line in .dockerignore.':
      '请让该文件可读，或在 .dockerignore 中添加一行，将它排除在构建之外。',
    'Look whether the place exists, may be written, and has room, or name another one.':
      '请检查该位置是否存在、是否可写、是否有空间，或指定另一个位置。',
    'Correct or remove the line.': '请更正或删除这一行。',
    'Give the secret a file with src= or a variable with env= that exists.':
      '请用 src= 为机密指定存在的文件，或用 env= 指定存在的环境变量。',
    'Remove the option, or use an engine that knows it.': '请删除该选项，或使用支持它的引擎。',
    'Look at it with `docker buildx inspect {builder}`, or choose another one with `docker buildx use` or BUILDX_BUILDER.':
      '请用 `docker buildx inspect {builder}` 查看它，或用 `docker buildx use` 或 BUILDX_BUILDER 选择另一个。',
    "Run `podman info` to see what is wrong with Podman's set-up.":
      '请运行 `podman info`，查看 Podman 的设置有什么问题。',
    "Put the ca.pem of the engine's authority into the folder of DOCKER_CERT_PATH, or into the Docker context.":
      '请将引擎的证书颁发机构的 ca.pem 放入 DOCKER_CERT_PATH 的文件夹，或放入 Docker 上下文。',
    "Renew the engine's certificate on its machine.": '请在引擎所在的机器上更新它的证书。',
    "Compare the clocks of both machines, then look at the certificate's dates.":
      '请核对两台机器的时钟，然后查看证书的日期。',
    'Call the engine by a name that its certificate holds, or issue a certificate for this name.':
      '请使用证书中包含的名称连接引擎，或为这个名称签发证书。',
    'Put a cert.pem and key.pem that the engine accepts into the folder of DOCKER_CERT_PATH, or into the Docker context.':
      '请将引擎接受的 cert.pem 和 key.pem 放入 DOCKER_CERT_PATH 的文件夹，或放入 Docker 上下文。',
    'Look at the port: an engine with TLS usually listens at 2376. Without TLS, unset DOCKER_TLS_VERIFY and DOCKER_TLS.':
      '请检查端口：使用 TLS 的引擎通常在 2376 监听。如果不使用 TLS，请取消设置 DOCKER_TLS_VERIFY 和 DOCKER_TLS。',
    'Replace the file with a valid one in PEM form.': '请将该文件换成有效的 PEM 格式文件。',
    'Look whether the engine is set up for TLS as this machine expects.':
      '请检查引擎的 TLS 设置是否符合这台电脑的要求。',
    "Run `{login}` once in a terminal and compare the key that it shows with the machine's; Wharf never accepts a key by itself.":
      '请在终端中运行一次 `{login}`，将它显示的密钥与机器的密钥核对；Wharf 绝不会自行接受密钥。',
    "Make `{login}` work without a question: add your key there with ssh-copy-id, and load it with ssh-add when it has a passphrase. Look at the user's name, too.":
      '请让 `{login}` 无需询问即可登录：用 ssh-copy-id 将你的密钥添加到那里，如果密钥有密码短语，再用 ssh-add 加载。也请检查用户名。',
    'Look at the name and port, and whether `{login}` works.': '请检查名称和端口，以及 `{login}` 能否登录。',
    'Look with `{login}` whether the engine runs there and whether that user may open its socket; another socket goes at the end of the address, as in ssh://host/run/user/1000/docker.sock.':
      '请用 `{login}` 检查引擎是否在那里运行，以及该用户能否打开它的套接字；其他套接字写在地址末尾，例如 ssh://host/run/user/1000/docker.sock。',
    "Install OpenSSH's client, so that `ssh` is on the search path.":
      '请安装 OpenSSH 客户端，使 `ssh` 位于搜索路径中。',
    'Look whether `{login}` works in a terminal.': '请检查 `{login}` 能否在终端中登录。',
  },
};
