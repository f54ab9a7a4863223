/** What the program says of the inside of a container: its agent, its hooks, its ports. */
import type { Words } from '../../en/said';
import type { inside as said } from '../../en/said/inside';

export const inside: Words<typeof said> = {
  problems: {
    'the engine does not answer in time': '引擎没有及时响应',
    'its engine is being looked for; what was asked is done when it is there':
      '正在寻找其引擎；引擎可用后会执行所请求的操作',
    'the agent does not answer in time': '容器内的代理程序没有及时响应',
    'the dotfiles could not be installed (exit {}){why}': '无法安装 dotfiles（退出码 {}）{why}',
    'no keychain can be used here: {reason}': '这里没有可用的钥匙串：{reason}',
    'the keychain did not answer within {seconds} s': '钥匙串没有在 {seconds} 秒内响应',
    'the keychain refused: {reason}': '钥匙串拒绝：{reason}',
    'the keeper has gone away': '守护进程已退出',
    'port 0 is no port': '0 不是端口',
    "the address is none of this computer's": '该地址不属于这台电脑',
    'this build of wharf has no agent for containers of the architecture {architecture}':
      '这个版本的 wharf 没有适用于 {architecture} 架构容器的代理程序',
    'the container {container} has a read-only root file system and no writable volume, so the agent cannot be put into it':
      '容器 {container} 的根文件系统是只读的，也没有可写的卷，因此无法放入代理程序',
    'the agent did not start in the container{}': '代理程序没有在容器中启动{}',
    'the agent and wharf do not understand each other: {what}': '代理程序与 wharf 无法相互理解：{what}',
    'the agent inside this wharf (version {version}) was built from other sources than wharf itself, and they do not understand each other':
      '这个 wharf 中的代理程序（版本 {version}）与 wharf 本身来自不同的源代码，两者无法相互理解',
    'the connection into the container ended before its work was done{}': '到容器内的连接在工作完成之前结束{}',
    'cannot connect to {host}:{port} in the container: {failure}': '无法连接到容器内的 {host}:{port}：{failure}',
    'programs in the container cannot hand over links: {reason}': '容器中的程序无法传递链接：{reason}',
    'the container has no room for what was asked of it: {reason}': '容器没有余地执行所请求的操作：{reason}',
    'unable to find user {user}: no matching entries in passwd file': '找不到用户 {user}：passwd 文件中没有对应的条目',
    'unable to find group {group}: no matching entries in group file':
      '找不到用户组 {group}：group 文件中没有对应的条目',
    'the agent cannot become the user {user} in the container: {reason}':
      '代理程序无法在容器中切换到用户 {user}：{reason}',
    '{stream} cannot be used any more: {error}': '{stream}已无法使用：{error}',
    'the shell {} could not be asked for the environment: {message}': '无法向 shell {} 查询环境变量：{message}',
    'the shell {} took longer than {} seconds to start. Its start-up files must not wait for input. Going on without its environment':
      'shell {} 的启动时间超过 {} 秒。它的启动文件不能等待输入。将不使用它的环境变量继续',
    '{} could not be given to the user: {error}': '无法将 {} 的所有权交给用户：{error}',
    '{file} could not be changed for login shells: {error}': '无法为登录 shell 更改 {file}：{error}',
  },
  hooks: {
    initializeCommand: 'initializeCommand',
    onCreateCommand: 'onCreateCommand',
    updateContentCommand: 'updateContentCommand',
    postCreateCommand: 'postCreateCommand',
    postStartCommand: 'postStartCommand',
    postAttachCommand: 'postAttachCommand',
  },
  words: {
    ': {}': '：{}',
    ': {said}': '：{said}',
  },
  fates: {
    'was removed by somebody else meanwhile': '在此期间被其他程序删除',
    'is being removed by somebody else': '正在被其他程序删除',
    'is {state} now, and ran when the hooks began': '现在的状态是 {state}，而钩子开始时它在运行',
  },
  actions: {
    keep: '保留',
    'listen on': '监听',
    use: '使用',
  },
  causes: {
    'this program was told to use none': '这个程序被设为不使用钥匙串',
    'it broke off': '它中途停止',
    'the value is no text': '该值不是文本',
    'the value is longer than it keeps ({most})': '该值超过它能保存的长度（{most}）',
    'there are several values under this name': '这个名称下有多个值',
    "the one that runs has an administrator's rights, and takes nothing from this program; end it as administrator with `wharf keeper --leave`":
      '正在运行的守护进程拥有管理员权限，不接受这个程序的请求；请以管理员身份运行 `wharf keeper --leave` 将其结束',
    'one of wharf {version} runs, which this one does not understand':
      '正在运行的守护进程属于 wharf {version}，与这个版本不兼容',
    'it does not begin': '它没有启动',
    'it has gone away': '它已退出',
    'it ended too often': '它多次意外结束',
    'connection refused': '连接被拒绝',
    'nobody answered in time': '没有及时响应',
    'the name is not known in the container': '容器中不认识这个名称',
    'there are too many connections already': '连接已过多',
    'the agent runs as user {own}, which cannot become {}': '代理程序以用户 {own} 运行，无法切换到 {}',
  },
  streams: {
    'standard input': '标准输入',
    'standard output': '标准输出',
    'standard error': '标准错误',
  },
  hints: {
    'Run `cargo xtask agent`, then build wharf again; a released wharf has the agents inside.':
      '请运行 `cargo xtask agent`，然后重新构建 wharf；正式发布的 wharf 自带代理程序。',
    'Run `cargo xtask agent`, then build wharf again; a released wharf has the agents that fit it.':
      '请运行 `cargo xtask agent`，然后重新构建 wharf；正式发布的 wharf 自带匹配的代理程序。',
    'Mount a volume somewhere in the container, or leave out `--read-only` in runArgs.':
      '请在容器中的某处挂载卷，或去掉 runArgs 中的 `--read-only`。',
    'End something that runs in the container, or allow it more processes (--pids-limit in `runArgs`).':
      '请结束容器中的某些程序，或允许它运行更多进程（`runArgs` 中的 --pids-limit）。',
    'Look whether the container still runs, and what its log says.': '请检查容器是否仍在运行，并查看它的日志。',
    'The container may have been stopped or removed. Run the command again to go on from there.':
      '容器可能已停止或被删除。请重新运行命令，从那里继续。',
    'Name a user in remoteUser or containerUser that the image has; {user} is none it can use.':
      '请在 remoteUser 或 containerUser 中指定镜像中有的用户；{user} 无法使用。',
    'Name a group that the image has; {group} is none of them.': '请指定镜像中有的用户组；{group} 不在其中。',
    "Name a service of the environment's Compose project, or an address; {host} is neither.":
      '请指定环境的 Compose 项目中的服务，或指定地址；{host} 两者都不是。',
    'the environment goes on without them, and the next `up` tries again; `--log-level debug` shows all they wrote':
      '环境会在没有它们的情况下继续，下一次 `up` 会重试；`--log-level debug` 会显示它们的全部输出',
  },
  reasons: {
    'a server of {editor}': '{editor} 的服务器',
    'an editor forwards it': '由编辑器转发',
    'published by the engine': '由引擎公开',
    "on this computer's own network": '在这台电脑自己的网络上',
    'this computer does not listen there: {words}': '本机无法在该地址上监听：{words}',
    'an administrator lets every user have it with `sysctl net.ipv4.ip_unprivileged_port_start={port}`':
      '管理员可以用 `sysctl net.ipv4.ip_unprivileged_port_start={port}` 让所有用户都能使用它',
    "the system's administrator can allow it": '系统管理员可以允许使用它',
  },
};
