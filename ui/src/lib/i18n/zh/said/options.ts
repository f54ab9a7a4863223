/** What the program says of options, builds and services that a configuration asks for. */
import type { Words } from '../../en/said';
import type { options as said } from '../../en/said/options';

export const options: Words<typeof said> = {
  problems: {
    '`{flag}` is not an option of `{command}`': '`{flag}` 不是 `{command}` 的选项',
    '`{text}` is not an option, and `{command}` would take it for the {taken_for}':
      '`{text}` 不是选项，`{command}` 会把它当作{taken_for}',
    '`{flag}` needs a value': '`{flag}` 需要一个值',
    '`{flag}` is an option of Podman, and this engine is Docker': '`{flag}` 是 Podman 的选项，而这个引擎是 Docker',
    '`{flag}` cannot be used here: {reason}': '`{flag}` 不能在这里使用：{reason}',
    '`{value}` is not a value for `{flag}`: {reason}': '`{value}` 不是 `{flag}` 的有效值：{reason}',
    '`{flag}` cannot be used together with `{other}`': '`{flag}` 不能与 `{other}` 一起使用',
    'the file `{path}`, which `{flag}` names, {reason}': '`{flag}` 指定的文件 `{path}`{reason}',
    'Compose makes no project of the files that dockerComposeFile names':
      'Compose 无法用 dockerComposeFile 指定的文件组成项目',
    'the folder {folder} is on this computer, and the engine at {} runs on another one, which cannot mount it':
      '文件夹 {folder} 在这台电脑上，而 {} 的引擎运行在另一台电脑上，无法挂载它',
    'The configuration is missing one of "image", "build" or "dockerComposeFile"':
      '配置中缺少 "image"、"build" 或 "dockerComposeFile"',
    'the Dockerfile{} does not exist': 'Dockerfile{} 不存在',
    'the configuration names no image': '配置中没有指定镜像',
    "the configuration does not say which of the project's services is the environment":
      '配置没有说明项目中的哪个服务是环境',
    'the service {name} names neither an image nor a build': '服务 {name} 既没有指定镜像，也没有指定构建',
    'the service {name} is built from {} with `dockerfile_inline`, and what a builder fetches itself it builds with a Dockerfile in there':
      '服务 {name} 用 `dockerfile_inline` 从 {} 构建，而构建器自行获取的内容只能用其中的 Dockerfile 构建',
    "builds of services read from each other's images {how}": '服务的构建互相读取对方的镜像，{how}',
    'the service {name} is built from {} with {}, and of what Podman fetches itself it takes no Dockerfile but the one at the top':
      '服务 {name} 用 {} 构建，Dockerfile 是 {}，而对于 Podman 自行获取的内容，只能使用最上层的 Dockerfile',
    'the Dockerfile {} of the service {name} does not exist': '服务 {name} 的 Dockerfile {} 不存在',
    'the service {service} is given {}/{part}, which lies in a volume, and this engine ({}) mounts volumes only as a whole':
      '服务 {service} 使用了位于卷中的 {}/{part}，而这个引擎（{}）只能整体挂载卷',
    "{user:?} cannot be a user's name": '{user} 不能作为用户名',
    '{author} sets the environment variable {name:?}, which an image cannot have':
      '{author} 设置了镜像不能包含的环境变量 {name}',
  },
  authors: {
    'the Feature {id}': 'Feature {id}',
    'the configuration': '配置',
  },
  roles: {
    "image's name": '镜像名称',
    'build context': '构建上下文',
  },
  faults: {
    'cannot be read': '无法读取',
    'is not JSON: {error}': '不是 JSON：{error}',
    'has no name in line {}': '的第 {} 行没有名称',
    'has a space inside the name in line {}': '的第 {} 行中，名称内有空格',
  },
  options: {
    '--platform with several platforms': '带有多个平台的 --platform',
    '--output given more than once': '多次使用的 --output',
  },
  causes: {
    'it is either on or off; write `true` or `false`, or nothing': '它只能打开或关闭；请写 `true` 或 `false`，或不写值',
    'in a circle: {circle}': '形成循环：{circle}',
    'more than {LONGEST_CHAIN} times over, down to {name}': '超过 {LONGEST_CHAIN} 层，直到 {name}',
    'it needs BuildKit, which this engine does not have': '它需要 BuildKit，而这个引擎没有',
    'it needs BuildKit {}.{}, and this one is {}.{}': '它需要 BuildKit {}.{}，而这里是 {}.{}',
    "the engine's build call has no place for it": '引擎的构建接口无法传递它',
    "Docker can do it only with containerd's image store, which is not turned on here; a builder made by `docker buildx create --use` can do it too":
      'Docker 只有使用 containerd 的镜像存储才能做到，而这里没有启用；用 `docker buildx create --use` 创建的构建器也能做到',
    '{kind:?} is none of {}': '{kind} 不是 {} 之一',
    'it needs BuildKit, which this engine does not offer': '它需要 BuildKit，而这个引擎不提供',
    "Podman's service is asked in Docker's words, which have none for it":
      'Wharf 通过 Docker 的接口访问 Podman 服务，而该接口不支持它',
    'write `name=folder`, or `name=docker-image://image`': '请写 `name=folder` 或 `name=docker-image://image`',
    'an environment is built for one platform': '环境只针对一个平台构建',
    'the image stays on the engine': '镜像留在引擎上',
    'name the Dockerfile in `build.dockerfile`': '请在 `build.dockerfile` 中指定 Dockerfile',
    'name the stage in `build.target`': '请在 `build.target` 中指定阶段',
    'the engine itself builds': '由引擎自己构建',
    'it makes no image': '它不会生成镜像',
    "the image's id is part of Wharf's own answer": '镜像的 ID 已包含在 Wharf 自己的结果中',
    'it only prints a text': '它只会输出一段文字',
    'attestations travel only to a registry': '证明只能发送到注册表',
    '`{field}` is not a field of a secret': '`{field}` 不是机密的字段',
    'add the id that the Dockerfile names: `id=…`': '请添加 Dockerfile 中使用的 ID：`id=…`',
    'a secret comes from a file or from a variable, not from both': '机密来自文件或环境变量，不能同时来自两者',
    'begin with the kind of cache, for example `type=registry`': '请以缓存的类型开头，例如 `type=registry`',
    'standard output carries the answer; name a file with `dest=`': '标准输出用于返回结果；请用 `dest=` 指定文件',
    'begin with the kind of output, for example `type=oci`': '请以输出的类型开头，例如 `type=oci`',
    '`type={kind}` needs a `dest=`': '`type={kind}` 需要 `dest=`',
    '`type={kind}` writes no file, so it takes no `dest=`': '`type={kind}` 不写入文件，因此不能有 `dest=`',
    '`{kind}` is no kind of output; there are {kinds}': '`{kind}` 不是输出的类型；现有的是 {kinds}',
    '`{mode}` are not permissions; write any of `r`, `w` and `m`': '`{mode}` 不是权限；请使用 `r`、`w` 和 `m` 的组合',
    'write `host`, `host:container` or `host:container:permissions`':
      '请写 `host`、`host:container` 或 `host:container:permissions`',
    'a device is named by an absolute path, for example `/dev/fuse`': '设备要用绝对路径指定，例如 `/dev/fuse`',
    '`{key}` is given twice': '`{key}` 写了两次',
    '`{value}` is neither `all` nor a number of GPUs': '`{value}` 既不是 `all`，也不是 GPU 的数量',
    '`{key}` is not a field of `--gpus`': '`{key}` 不是 `--gpus` 的字段',
    'the rate is negative': '速率为负数',
    '`{rate}` is not a whole number': '`{rate}` 不是整数',
    '`{weight}` is not a weight from 10 to 1000': '`{weight}` 不是 10 到 1000 之间的权重',
    'write a device and a number, for example `/dev/sda:1mb`': '请写设备和数字，例如 `/dev/sda:1mb`',
    'write a rule such as `c 42:* rmw`': '请写规则，例如 `c 42:* rmw`',
    'write `name=soft` or `name=soft:hard`': '请写 `name=soft` 或 `name=soft:hard`',
    '`{name}` is not one of {}': '`{name}` 不是 {} 之一',
    '`{text}` is not a whole number': '`{text}` 不是整数',
    'the soft bound is above the hard one': '软限制高于硬限制',
    'write {}': '请写 {}',
    "a label's name is not empty and has no spaces": '标签的名称不能为空，也不能有空格',
    'write `name=value`': '请写 `name=value`',
    'write `no`, `always`, `unless-stopped` or `on-failure[:count]`':
      '请写 `no`、`always`、`unless-stopped` 或 `on-failure[:count]`',
    'write `always`, `missing` or `never`': '请写 `always`、`missing` 或 `never`',
    'no engine supports it any more': '已没有引擎支持它',
    'no engine lets a container set `{key}`': '没有引擎允许容器设置 `{key}`',
    'write `container` or `container:alias`': '请写 `container` 或 `container:alias`',
    'Podman has no links; put both containers into one network': 'Podman 没有容器链接；请将两个容器放入同一个网络',
    'write `STDIN`, `STDOUT` or `STDERR`': '请写 `STDIN`、`STDOUT` 或 `STDERR`',
    "the container's id is part of Wharf's own answer": '容器的 ID 已包含在 Wharf 自己的结果中',
    "mount the engine's socket with `mounts` instead": '请改用 `mounts` 挂载引擎的套接字',
    "the variable's name is missing": '缺少环境变量的名称',
    'it is empty': '它是空的',
    '`{field}` has a space around its name': '`{field}` 的名称前后有空格',
    '`{field}` has no value, or a space around it': '`{field}` 没有值，或值的前后有空格',
    '`{other}` is not a value for `{key}`; write `true` or `false`':
      '`{other}` 不是 `{key}` 的有效值；请写 `true` 或 `false`',
    '`{field}` needs a value (`{field}=…`)': '`{field}` 需要一个值（`{field}=…`）',
    '`{other}` is not a value for `bind-recursive`; write `enabled`, `disabled`, `writable` or `readonly`':
      '`{other}` 不是 `bind-recursive` 的有效值；请写 `enabled`、`disabled`、`writable` 或 `readonly`',
    'the mode of a tmpfs is an octal number, for example `1777`': 'tmpfs 的权限模式是八进制数，例如 `1777`',
    '`{key}` is not a field of a mount': '`{key}` 不是挂载的字段',
    '`{kind}` is not a type of mount; write `bind`, `volume`, `tmpfs` or `image`':
      '`{kind}` 不是挂载的类型；请写 `bind`、`volume`、`tmpfs` 或 `image`',
    'the target is missing: add `target=/path/in/the/container`': '缺少目标：请添加 `target=/path/in/the/container`',
    'a bind mount needs a source: add `source=/path/on/the/host`':
      'bind 挂载需要来源：请添加 `source=/path/on/the/host`',
    'fields that begin with `{of}-` do not belong to a mount of type `{kind}`':
      '以 `{of}-` 开头的字段不适用于 `{kind}` 类型的挂载',
    'this `bind-recursive` needs `readonly` too': '这样的 `bind-recursive` 还需要 `readonly`',
    '`bind-recursive=readonly` needs `bind-propagation=rprivate` too':
      '`bind-recursive=readonly` 还需要 `bind-propagation=rprivate`',
    'one of its parts is empty; write `source:target` or `source:target:options`':
      '其中有空的部分；请写 `source:target` 或 `source:target:options`',
    '`~` is not expanded here; write `${localEnv:HOME}` instead': '这里不会展开 `~`；请改写为 `${localEnv:HOME}`',
    'it has too many parts; write `source:target` or `source:target:options`':
      '其中的部分过多；请写 `source:target` 或 `source:target:options`',
    "the network's name is missing": '缺少网络的名称',
    '`{field}` is not of the form `name=value`': '`{field}` 不是 `name=value` 的形式',
    "the network's name is missing: add `name=…`": '缺少网络的名称：请添加 `name=…`',
    '`{value}` is not a driver option of the form `name=value`': '`{value}` 不是 `name=value` 形式的驱动选项',
    '`{value}` is not a whole number': '`{value}` 不是整数',
    '`{key}` is not a field of a network': '`{key}` 不是网络的字段',
    '`{text}` is not an IP address': '`{text}` 不是 IP 地址',
    '`{text}` is not a hardware address such as `92:d0:c6:0a:29:33`': '`{text}` 不是硬件地址，例如 `92:d0:c6:0a:29:33`',
    'write `name:address`, for example `db:10.0.0.2` or `host.docker.internal:host-gateway`':
      '请写 `name:address`，例如 `db:10.0.0.2` 或 `host.docker.internal:host-gateway`',
    '`{value}` is not an IP address': '`{value}` 不是 IP 地址',
    "how registries are reached is a matter of the engine's and Wharf's own settings":
      '如何访问注册表由引擎和 Wharf 自己的设置决定',
    'write `enabled`, `disabled`, `no-conmon` or `split`': '请写 `enabled`、`disabled`、`no-conmon` 或 `split`',
    "Podman's program resolves it itself; write the ranges with `--uidmap`":
      '它由 Podman 的程序自行解析；请用 `--uidmap` 写出范围',
    "Podman's program resolves it itself; write the ranges with `--gidmap`":
      '它由 Podman 的程序自行解析；请用 `--gidmap` 写出范围',
    'write `none`, `kill`, `restart` or `stop`': '请写 `none`、`kill`、`restart` 或 `stop`',
    'write `anonymous`, `tmpfs` or `ignore`': '请写 `anonymous`、`tmpfs` 或 `ignore`',
    'make the pod first, and name it here': '请先创建 pod，再在这里指定它',
    'write `container`, `conmon`, `healthy` or `ignore`': '请写 `container`、`conmon`、`healthy` 或 `ignore`',
    'write `true`, `false` or `always`': '请写 `true`、`false` 或 `always`',
    'write an octal number, for example `0022`': '请写八进制数，例如 `0022`',
    "Podman's service does not take it": 'Podman 的服务不接受它',
    'name the pod with `--pod`': '请用 `--pod` 指定 pod',
    'open files do not travel through a socket': '已打开的文件无法通过套接字传递',
    'Wharf itself decides when a container is replaced; see `wharf rebuild`':
      '何时替换容器由 Wharf 自己决定；请参阅 `wharf rebuild`',
    'an environment is made from an image': '环境是用镜像创建的',
    'write `container:host:length` with three numbers': '请用三个数字写成 `container:host:length`',
    "begin with the secret's name": '请以机密的名称开头',
    '`{text}` is not a number': '`{text}` 不是数字',
    '`{value}` is not an octal number': '`{value}` 不是八进制数',
    '`{part}` is not a field of a secret': '`{part}` 不是机密的字段',
    "the container's port is missing": '缺少容器的端口',
    'the two ranges differ in length': '两个范围的长度不同',
    '`{address}` is not an IP address': '`{address}` 不是 IP 地址',
    '`{protocol}` is not a protocol; write `tcp`, `udp` or `sctp`':
      '`{protocol}` 不是协议；请写 `tcp`、`udp` 或 `sctp`',
    '`{text}` is not a port number from 0 to 65535': '`{text}` 不是 0 到 65535 之间的端口号',
    '`{text}` ends before it begins': '`{text}` 的结尾在开头之前',
    'write `name=value`, for example `seccomp=unconfined`': '请写 `name=value`，例如 `seccomp=unconfined`',
    'write a number and a unit, for example `512m` or `2g`': '请写数字和单位，例如 `512m` 或 `2g`',
    'write numbers with units, for example `30s` or `1m30s`': '请写带单位的数字，例如 `30s` 或 `1m30s`',
    'write a whole number': '请写整数',
    'write a number from {low} to {high}': '请写 {low} 到 {high} 之间的数字',
    'write a number of CPUs, for example `1.5`, with at most nine decimals':
      '请写 CPU 的数量，例如 `1.5`，小数不超过九位',
    'a double quote is not closed': '双引号没有闭合',
    'a field in double quotes goes on after the closing quote': '双引号中的字段在右引号之后还有内容',
    'a double quote stands inside a field; put the whole field in quotes': '字段中有双引号；请将整个字段放入引号中',
  },
  hints: {
    'Did you mean `{suggestion}`?': '你是指 `{suggestion}` 吗？',
    'Remove it, or look up the option in the help of `{command}`.': '请删除它，或在 `{command}` 的帮助中查找该选项。',
    'Write each word as an entry of its own: {}.': '请将每个词写成单独的一项：{}。',
    'An option and its value are two entries, or one with `=` between them. Check the entry before it.':
      '选项和它的值是两项，或用 `=` 连成一项。请检查它前面的一项。',
    'Add the value as the next entry.': '请将值作为下一项添加。',
    'Remove it, or choose a Podman engine.': '请删除它，或选择 Podman 引擎。',
    'Create the file, or correct its path.': '请创建该文件，或更正它的路径。',
    'Remove one of them.': '请删除其中一个。',
    'Where initializeCommand writes them, `wharf up` runs it first.':
      '如果由 initializeCommand 写入这些文件，`wharf up` 会先运行它。',
    '`wharf up --volume` copies the folder into a volume on that engine and starts there; `wharf up <git-url>` clones a repository there':
      '`wharf up --volume` 会将文件夹复制到那个引擎的卷中并在那里启动；`wharf up <git-url>` 会在那里克隆仓库',
    'add `service`: one of {}': '请添加 `service`：{} 之一',
    'add `image` or `build` to the service in the Compose file': '请在 Compose 文件中为该服务添加 `image` 或 `build`',
    "clone it and name the folder as the service's `build.context`, or name a Dockerfile in it with `dockerfile`":
      '请克隆它，并将该文件夹写为服务的 `build.context`，或用 `dockerfile` 指定其中的 Dockerfile',
    'take one `service:` out of `additional_contexts` in the Compose file':
      '请从 Compose 文件的 `additional_contexts` 中去掉一个 `service:`',
    "clone it and name the folder as the service's `build.context`": '请克隆它，并将该文件夹写为服务的 `build.context`',
    "leave the mount out or give the service the whole of {0}: the environment's own service finds the workspace there; Docker 26 and later mount parts of volumes":
      '请去掉该挂载，或让服务使用整个 {0}：环境自己的服务会在那里找到工作区；Docker 26 及更高版本可以挂载卷的一部分',
  },
};
