/** What the program says of an environment on its way up. */
import type { Words } from '../../en/said';
import type { environment as said } from '../../en/said/environment';

export const environment: Words<typeof said> = {
  problems: {
    'there is no folder to keep state in: neither HOME nor WHARF_STATE_DIR is set':
      '没有可以保存状态的文件夹：HOME 和 WHARF_STATE_DIR 都没有设置',
    'there is no folder for settings: neither HOME nor WHARF_CONFIG_DIR is set':
      '没有存放设置的文件夹：HOME 和 WHARF_CONFIG_DIR 都没有设置',
    'cannot {action} {}: {source}': '无法{action} {}：{source}',
    'cannot read {}: {source}': '无法读取 {}：{source}',
    'cannot write {}: {source}': '无法写入 {}：{source}',
    'the workspace folder {} {problem}': '工作区文件夹 {} {problem}',
    'Dev container config ({}) not found.': '找不到开发容器的配置（{}）。',
    'Filename must be devcontainer.json or .devcontainer.json ({}).':
      '文件名必须是 devcontainer.json 或 .devcontainer.json（{}）。',
    'the configuration has errors': '配置中有错误',
    'the secrets file {} {problem}': '机密文件 {} {problem}',
    '{error} ({engine} was chosen {chosen})': '{error}（{engine} 的选择方式：{chosen}）',
    'the keeper cannot be used: {problem}': '无法使用守护进程：{problem}',
    'this environment is not kept': 'Wharf 没有维持这个环境的连接',
    '{text} is no port': '{text} 不是端口',
    'no container engine answers': '没有容器引擎响应',
    '{url} cannot be cloned: {problem}': '无法克隆 {url}：{problem}',
    'git cannot be started: {source}': '无法启动 git：{source}',
    'what lies in the volume cannot be written to {}: {source}': '无法将卷中的内容写入 {}：{source}',
    'the Feature {feature} could not be installed{why}': '无法安装 Feature {feature}{why}',
    "Service '{service}' configured in devcontainer.json not found in Docker Compose configuration.":
      "Docker Compose 的配置中找不到 devcontainer.json 指定的服务 '{service}'。",
    'the configuration names dockerComposeFile, and Compose is not on this computer':
      '配置中写有 dockerComposeFile，而这台电脑上没有 Compose',
    '{environment} would do {} on this computer that {} not been allowed':
      '{environment} 要在这台电脑上做{}{}未获许可的事',
    'The expected container does not exist.': '所需的容器不存在。',
    'there is no container to start': '没有可以启动的容器',
    'there is no folder {} and no environment named {word}': '没有文件夹 {}，也没有名为 {word} 的环境',
    '{word} tells {} environments': '{word} 对应 {} 个环境',
    'nothing is allowed to {word}: neither to the folder {} nor to an environment of that name':
      '{word} 没有获得过任何许可：文件夹 {} 没有，名为此的环境也没有',
    'Dev container not found.': '找不到开发容器。',
    'The container {container} is {state}, not running.': '容器 {container} 没有运行（{state}）。',
    'the container ended right after its start{}': '容器启动后立即结束{}',
    'the container {container} {what}': '容器 {container} {what}',
    'wharf could not bring the environment to rest: after {turns} turns it would still {next}':
      'Wharf 无法使环境达到稳定状态：经过 {turns} 轮之后，仍需{next}',
    '{}{name} failed (exit {code})': '{}{name}失败（退出码 {code}）',
    '{}{name} failed': '{}{name}失败',
    '{name} {} is older than {floor}, the oldest that Wharf is tested with':
      '{name} {} 低于 {floor}，这是 Wharf 测试过的最低版本',
    '{missing} is to be mounted into the container, but does not exist': '要将 {missing} 挂载到容器中，但它不存在',
    'the configuration names no Dockerfile': '配置中没有指定 Dockerfile',
    'initializeCommand is not run: the workspace lies in a volume, not in a folder of this computer':
      '不会运行 initializeCommand：工作区位于卷中，而不在这台电脑的文件夹中',
    'workspaceMount is not used: the workspace lies in a volume, which is mounted at /workspaces':
      '不会使用 workspaceMount：工作区位于卷中，该卷挂载到 /workspaces',
    'the path {} is not valid Unicode, so no engine can be told of it':
      '路径 {} 不是有效的 Unicode，因此无法告知任何引擎',
    'no port is forwarded: {}': '没有转发端口：{}',
    'hooks after the wait point have not run: {}': '等待点之后的钩子没有运行：{}',
    'the engine does not have the image {image} yet': '引擎中还没有镜像 {image}',
    'the configuration needs a GPU ({}), and the engine has none to give': '配置需要 GPU（{}），而引擎没有可用的 GPU',
    'the configuration needs {} of free storage, and the engine has {found}':
      '配置需要 {} 可用存储空间，而引擎只有 {found}',
    'the configuration needs {} processors, and the engine has {found}': '配置需要 {} 个处理器，而引擎有 {found} 个',
    'the configuration needs {} of {name}, and the engine has {found}': '配置需要 {} 的{name}，而引擎有 {found}',
    'the configuration asks for secrets that nobody gave: {}': '配置需要的这些机密没有提供：{}',
    'the secret {name} could not be read: {error}': '无法读取机密 {name}：{error}',
    'the secret {name} could not be kept: {error}': '无法保存机密 {name}：{error}',
    'a state file was damaged and has been set aside as {}': '有状态文件已损坏，已另存为 {}',
    'has not run': '尚未运行',
    'needs consent: {}': '需要许可：{}',
    '{} cannot be started: {problem}': '无法启动 {}：{problem}',
    'Command failed: {}': '命令失败：{}',
    'what {} answers cannot be read: {error}': '无法读取 {} 的输出：{error}',
    'podman-compose starts no project whose files lie in a volume': 'podman-compose 无法启动文件位于卷中的项目',
    'the Compose project names a path outside of the volume that it lies in{}': 'Compose 项目指定了所在卷之外的路径{}',
  },
  commands: {
    ' ({name})': '（{name}）',
  },
  amounts: {
    something: '一件',
    '{count} things': '{count} 件',
  },
  auxiliaries: {
    has: '尚',
    have: '尚',
  },
  words: {
    ' (exit {code})': '（退出码 {code}）',
    ': {words}': '：{words}',
  },
  folders: {
    'is not a folder': '不是文件夹',
    'does not exist': '不存在',
    'is not a folder of this computer': '不是这台电脑上的文件夹',
  },
  faults: {
    'cannot be read: {error}': '无法读取：{error}',
    'is no JSON object: line {line}': '不是 JSON 对象：第 {line} 行',
    'is no JSON object': '不是 JSON 对象',
    'has a value for {name} that is not a text': '中 {name} 的值不是文本',
  },
  chosen: {
    'with --engine': '--engine',
    'for {} with `wharf engine use`': '用 `wharf engine use` 为 {} 选择',
    'in your settings': '你的设置',
    'with {variable}': '{variable}',
  },
  fates: {
    'was removed': '已被删除',
  },
  steps: {
    'run initializeCommand': '运行 initializeCommand',
    'pull the image': '拉取镜像',
    'build the image': '构建镜像',
    'create the container': '创建容器',
    'start the services': '启动服务',
    'remove the network': '删除网络',
    'start the container': '启动容器',
    'unpause the container': '恢复容器',
    'stop the container': '停止容器',
    'remove the container': '删除容器',
    'run the hooks': '运行钩子',
  },
  actions: {
    read: '读取',
    write: '写入',
    remove: '删除',
    'set aside': '另存',
    'create the folder of': '创建文件夹以存放',
    lock: '锁定',
    'write in': '写入',
  },
  needs: {
    required: '必需',
    optional: '可选',
    'required, {}': '必需，{}',
  },
  resources: {
    memory: '内存',
  },
  endings: {
    ', ending in {name}': '，以 {name} 结尾',
  },
  hints: {
    '{hint}`{forget}` goes back to the first engine that answers.': '{hint}`{forget}` 会恢复使用第一个响应的引擎。',
    "free some space on the engine's disk: `docker system df` shows what takes it; `wharf up` then goes on":
      '请在引擎的磁盘上释放空间：`docker system df` 会显示占用情况；之后 `wharf up` 会继续',
    'the project has these services: {}': '项目有这些服务：{}',
    'repositories are cloned with the git of this computer; install it, or copy a folder with `wharf up --volume`':
      '仓库是用这台电脑上的 git 克隆的；请安装 git，或用 `wharf up --volume` 复制文件夹',
    '`wharf up` brings it up and keeps it': '`wharf up` 会启动它并维持连接',
    'name it as 3000, 8080:80 or 5433:db:5432': '请写成 3000、8080:80 或 5433:db:5432',
    'free some space on the disk of this computer': '请在这台电脑的磁盘上释放空间',
    'this folder has several: {}': '这个文件夹有多个配置：{}',
    'a configuration is .devcontainer/devcontainer.json or .devcontainer.json; the smallest is { "image": "debian" }':
      '配置是 .devcontainer/devcontainer.json 或 .devcontainer.json；最小的配置是 { "image": "debian" }',
    'start Docker or Podman, or point DOCKER_HOST to an engine':
      '请启动 Docker 或 Podman，或将 DOCKER_HOST 指向某个引擎',
    '`wharf up` in a terminal asks; `wharf up --trust` allows it without asking':
      '在终端中运行 `wharf up` 会询问；`wharf up --trust` 会直接允许',
    'nothing was done; `wharf up` asks again': '没有执行任何操作；`wharf up` 会再次询问',
    '`wharf shell` opens a shell where it failed; `wharf up` runs this hook again':
      '`wharf shell` 会在失败的位置打开 shell；`wharf up` 会重新运行这个钩子',
    'it runs on this computer, in the workspace folder; nothing after it has run':
      '它在这台电脑的工作区文件夹中运行；其后的步骤都没有运行',
    '`wharf list --all` shows the environments that there are': '`wharf list --all` 会显示现有的环境',
    '`wharf trust list` shows what is allowed': '`wharf trust list` 会显示已获许可的事',
    'name the one you mean by its folder, or by the first characters of its id':
      '请用文件夹或 ID 开头的几个字符指定要使用的环境',
    '`wharf up` makes it': '`wharf up` 会创建它',
    '`wharf up` without --expect-existing-container creates it':
      '不带 --expect-existing-container 的 `wharf up` 会创建它',
    '`wharf up` brings it up': '`wharf up` 会启动它',
    'it is one JSON object: { "NAME": "value" }': '它是一个 JSON 对象：{ "NAME": "value" }',
    'without a keychain, secrets come from --secrets-file, from variables of the same names, or from you':
      '没有钥匙串时，机密来自 --secrets-file、同名的环境变量，或由你输入',
    'the image\'s own command does not go on; leave out "overrideCommand": false, or look at `docker logs {}`':
      '镜像自己的命令没有持续运行；请去掉 "overrideCommand": false，或查看 `docker logs {}`',
    'set HOME or WHARF_STATE_DIR': '请设置 HOME 或 WHARF_STATE_DIR',
    'this is a fault in wharf; please report it with the output of `wharf status --json`':
      '这是 wharf 的错误；请附上 `wharf status --json` 的输出进行报告',
    'name a folder that exists: `wharf up <folder>`': '请指定存在的文件夹：`wharf up <folder>`',
    'Update it: what Wharf asks for may be missing.': '请更新它：Wharf 需要的功能可能缺失。',
    'Install Docker Compose; it works with Podman too.': '请安装 Docker Compose；它也适用于 Podman。',
    '{fix} {}': '{fix}{}',
    'make it, or correct the path in the configuration': '请创建它，或更正配置中的路径',
    'rename the folder': '请重命名文件夹',
    '`wharf up` runs them': '`wharf up` 会运行它们',
    'what the image brings is known once the environment was started': '镜像带来的内容要在环境启动后才能得知',
    "install NVIDIA's container toolkit and describe the devices with `nvidia-ctk cdi generate`; `--gpu-availability all` asks for them anyway":
      '请安装 NVIDIA 的容器工具包，并用 `nvidia-ctk cdi generate` 描述设备；`--gpu-availability all` 会强制请求它们',
    '`docker system df` or `podman system df` shows what takes the room':
      '`docker system df` 或 `podman system df` 会显示占用情况',
    'where the engine runs in a virtual machine, its settings give it more; what is there may do':
      '如果引擎运行在虚拟机中，可以在其设置中分配更多；现有的也可能够用',
    'keep them with `wharf secrets set`, set them in the environment of `wharf up`, or pass --secrets-file':
      '请用 `wharf secrets set` 保存，或在 `wharf up` 的环境变量中设置，或使用 --secrets-file',
    'nothing is lost: what it held is gathered again': '没有丢失任何内容：其中的信息会重新收集',
    '`wharf up` tries again': '`wharf up` 会重试',
    '`wharf up` asks for it': '`wharf up` 会询问',
    'look at the lines above: the engine or a file refuses this user': '请查看上面的输出：引擎或某个文件拒绝了这个用户',
    'stop what has the port, or publish another one in the Compose file; `wharf up` then goes on':
      '请停止占用端口的程序，或在 Compose 文件中公开另一个端口；之后 `wharf up` 会继续',
    'make the file that the service names in `env_file`, for example with `initializeCommand`':
      '请创建服务在 `env_file` 中指定的文件，例如用 `initializeCommand`',
    "the lines above are Compose's own; correct the Compose file, then `wharf up` goes on":
      '上面的输出来自 Compose；请更正 Compose 文件，之后 `wharf up` 会继续',
    "name only what lies in the workspace, or an absolute path of the engine's machine":
      '请只指定工作区中的内容，或引擎所在机器上的绝对路径',
  },
  cures: {
    'Install Docker Compose; it works with Podman too.': '请安装 Docker Compose；它也适用于 Podman。',
  },
};
