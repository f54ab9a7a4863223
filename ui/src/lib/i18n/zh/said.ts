/** What the program says. `{}` stands for the same part as in English, wherever it comes in the sentence. */
import type { Said } from '../en/said';

export const said: { said: Said } = {
  said: {
    effects: {
      'It runs on this computer with your own rights, at every start.':
        '它会在每次启动时，以你自己的权限在这台电脑上运行。',
      "The container can use every GPU of the engine's machine.": '容器可以使用引擎所在机器的所有 GPU。',
      "The container has every right of root on the engine's machine, devices included.":
        '容器在引擎所在的机器上拥有 root 的全部权限，包括对设备的权限。',
      'The container has every capability that the kernel knows.': '容器拥有内核的全部权能。',
      'Programs in the container can look into each other, as debuggers do.':
        '容器中的程序可以像调试器那样查看彼此的内部。',
      'Among much else, the container can mount file systems; a way out of it is likely.':
        '除许多其他操作外，容器还可以挂载文件系统；很可能因此突破容器的隔离。',
      "The container can change its network's settings.": '容器可以更改自己的网络设置。',
      "The container can load modules into the kernel of the engine's machine.":
        '容器可以向引擎所在机器的内核加载模块。',
      "The container can reach beyond itself into the engine's machine.": '容器可以越过自身，访问引擎所在的机器。',
      'The kernel lets the container do more than other containers.': '内核允许这个容器做其他容器不能做的事。',
      'The kernel lets the container do more than others.': '内核允许这个容器做其他容器不能做的事。',
      'Programs in the container may gain rights, even where the engine forbids it.':
        '容器中的程序可以获得更多权限，即使引擎禁止这样做。',
      'The container can make any system call.': '容器可以执行任何系统调用。',
      "The container's system calls are filtered by this file instead of the engine's rules.":
        '容器的系统调用由这个文件过滤，而不是由引擎的规则过滤。',
      "The container is guarded by other rules than the engine's, or by none.":
        '容器受到的约束不是引擎的规则，也可能没有任何约束。',
      "The container sees parts of the kernel's settings that are hidden otherwise.":
        '容器可以看到通常隐藏的部分内核设置。',
      "The engine's protection is changed in a way that cannot be told.": '引擎的保护会被更改，且无法得知如何更改。',
      'Other computers in the network can reach this port.': '网络中的其他电脑可以访问这个端口。',
      'Other computers in the network can reach them.': '网络中的其他电脑可以访问这些端口。',
      "What this option can reach on the engine's machine cannot be told from here.":
        '从这里无法得知这个选项能访问引擎所在机器上的什么。',
      "The container can use this device of the engine's machine.": '容器可以使用引擎所在机器的这个设备。',
      'The container can use these GPUs.': '容器可以使用这些 GPU。',
      'The container may make and use devices of this kind.': '容器可以创建和使用这一类设备。',
      'The container keeps your groups on the host.': '容器保留你在主机上所属的用户组。',
      'The content of this file of the host goes into the container.': '主机上这个文件的内容会进入容器。',
      'Every variable of the host goes into the container.': '主机的所有环境变量都会进入容器。',
      'This secret of the engine goes into the container.': '引擎的这个机密会进入容器。',
      "The container uses the engine's machine's own network, its loopback included.":
        '容器直接使用引擎所在机器的网络，包括它的环回接口。',
      "The container shares the network of something else on the engine's machine.":
        '容器与引擎所在机器上的其他对象共享网络。',
      "The container may reach the host's own loopback, depending on these options.":
        '容器可能可以访问主机自己的环回接口，取决于这些选项。',
      "The container sees every process of the engine's machine.": '容器可以看到引擎所在机器的所有进程。',
      "The container shares memory and semaphores with the engine's machine.": '容器与引擎所在的机器共享内存和信号量。',
      "The container can change the host name of the engine's machine.": '容器可以更改引擎所在机器的主机名。',
      "The container's users are the engine's machine's own.": '容器中的用户就是引擎所在机器的用户。',
      "The container sees the control groups of the engine's machine.": '容器可以看到引擎所在机器的控制组。',
      "The container shares a namespace with something else on the engine's machine.":
        '容器与引擎所在机器上的其他对象共享命名空间。',
      'The build can read every file in this folder.': '构建可以读取这个文件夹中的所有文件。',
      "The build uses a network of the engine's machine.": '构建会使用引擎所在机器的网络。',
      'The build may do more than the builder allows by itself.': '构建可以做构建器默认不允许的事。',
      'The build can read this secret of the host.': '构建可以读取主机的这个机密。',
      'The build can use keys of your SSH agent.': '构建可以使用你的 SSH 代理中的密钥。',
      "The engine's protection is changed for the build.": '构建时，引擎的保护会被更改。',
      'The build reads or writes files in this folder of the host.': '构建会读取或写入主机上这个文件夹中的文件。',
      "Whoever can use an engine's socket can do anything on the engine's machine.":
        '能使用引擎套接字的程序可以在引擎所在的机器上做任何事。',
      'The container can read it.': '容器可以读取它。',
      'The container can read and change it.': '容器可以读取和更改它。',
      "A volume with a driver or options of its own can lead anywhere on the engine's machine.":
        '带有自己的驱动或选项的卷可以指向引擎所在机器上的任何位置。',
      'Commands of the configuration, its image and its Features can read it in the container.':
        '配置、其镜像和其 Feature 的命令可以在容器中读取它。',
      "What this property can reach on the engine's machine cannot be told from here.":
        '从这里无法得知这个属性能访问引擎所在机器上的什么。',
      'The container can use these devices, such as GPUs.': '容器可以使用这些设备，例如 GPU。',
      'Its content goes from the host into containers.': '它的内容会从主机进入容器。',
    },

    subjects: {
      'all GPUs': '所有 GPU',
      'all exposed ports': '所有已暴露的端口',
      'all of your environment': '你的全部环境变量',
      'GPUs: {value}': 'GPU：{value}',
      '{path} at {target}': '{path} 挂载到 {target}',
      ' (read-only)': '（只读）',
      '{name} from your environment': '{name}（来自你的环境变量）',
      '{name} from your keychain': '{name}（来自你的钥匙串）',
      '{key} of the service {}': '服务 {} 的 {key}',
      "the engine's socket for the service {}": '供服务 {} 使用的引擎套接字',
      "devices of the engine's machine for the service {}": '供服务 {} 使用的、引擎所在机器的设备',
    },

    details: {
      '{path}: not there yet': '{path}：尚不存在',
      '{path}: its content is part of this consent': '{path}：其内容属于此次许可的一部分',
    },

    tells: {
      'The image {image} is not pinned: what it holds can change.': '镜像 {image} 没有固定版本：其内容可能会变。',
      'The base image {base} is not pinned: what it holds can change.':
        '基础镜像 {base} 没有固定版本：其内容可能会变。',
      'The variable {name} of this computer flows in.': '这台电脑的环境变量 {name} 会传入。',
    },

    differences: {
      'Only editors look at it.': '只有编辑器会用到它。',
      'Only the name that is shown changes.': '只有显示的名称会变。',
      'Tools read it when they attach.': '工具会在连接时读取它。',
      'Forwards follow at once.': '转发会立即更新。',
      'The next command gets it.': '下一条命令就会用到它。',
      "The next command runs as this user; ids that follow the host's need a new container.":
        '下一条命令会以这个用户运行；要让 ID 与主机一致，需要新的容器。',
      'The next start of a command reads the environment this way.': '下次启动命令时会以这种方式读取环境变量。',
      'It counts when the environment is left.': '离开环境时生效。',
      'It counts at the next start.': '下次启动时生效。',
      'They are asked for at the next start.': '下次启动时会询问它们。',
      'What the container may use is settled when it is made.': '容器可以使用什么，在创建时就已确定。',
      'It runs at the next start.': '它会在下次启动时运行。',
      'It runs after the next start of the container.': '它会在容器下次启动后运行。',
      'It runs at the next `up`.': '它会在下一次 `up` 时运行。',
      'It runs once, in a new container.': '它只在新的容器中运行一次。',
      'The container is made from another image.': '容器会用另一个镜像创建。',
      'These options count when the container is made.': '这些选项在创建容器时生效。',
      'Ports are published when the container is made.': '端口在创建容器时公开。',
      'Mounts are settled when the container is made.': '挂载在创建容器时确定。',
      'It is settled when the container is made.': '它在创建容器时确定。',
      'Rights are settled when the container is made.': '权限在创建容器时确定。',
      'The container keeps its own environment for as long as it lives.': '容器自己的环境变量在其存续期间保持不变。',
      'The user is settled when the container is made.': '用户在创建容器时确定。',
      'Ids are settled in the image that the container is made from.': 'ID 在用来创建容器的镜像中确定。',
      'The command is settled when the container is made.': '命令在创建容器时确定。',
      'Where the workspace lies is settled when the container is made.': '工作区的位置在创建容器时确定。',
      'The services are made anew.': '服务会重新创建。',
      'Another service becomes the environment.': '另一个服务会成为这个环境。',
      'Other services are started.': '启动的服务会不同。',
      'The image is built anew.': '镜像会重新构建。',
      'Features are installed into the image.': 'Feature 会安装到镜像中。',
      "The container is found by the configuration's path.": '容器是按配置的路径找到的。',
      'Nothing reads it.': '没有程序会读取它。',
      'Wharf does not know this property.': 'Wharf 不认识这个属性。',
      "The container's label keeps what it was made with.": '容器的标签保留着创建时的内容。',
      'The image that it rests on is another one: it is built anew from its first instruction.':
        '所依据的镜像已是另一个：会从第一条指令起重新构建。',
      'The name means another image now, and the container is made from that one.':
        '这个名称现在指的是另一个镜像，容器会用那个镜像创建。',
      'Its instructions are the same.': '其中的指令没有变。',
      'The image is built anew from {layer}': '镜像会从{layer} 起重新构建',
      'The image is built anew from {layer}, if what that reads has changed':
        '如果{layer} 读取的内容有变化，镜像会从那里起重新构建',
      'The image is built anew; its last instructions are gone.': '镜像会重新构建；最后的几条指令已删去。',
      'The Dockerfile takes nothing out of it.': 'Dockerfile 没有用到其中的内容。',
      'It has other content: it and the Features behind it are installed anew.':
        '它的内容已不同：它和排在它后面的 Feature 会重新安装。',
      'The next `up` runs it.': '下一次 `up` 会运行它。',
    },

    reasons: {
      'a server of {editor}': '{editor} 的服务器',
      'an editor forwards it': '由编辑器转发',
      'published by the engine': '由引擎公开',
      'an administrator lets every user have it with `sysctl net.ipv4.ip_unprivileged_port_start={port}`':
        '管理员可以用 `sysctl net.ipv4.ip_unprivileged_port_start={port}` 让所有用户都能使用它',
      "the system's administrator can allow it": '系统管理员可以允许使用它',
    },

    problems: {
      'the engine does not answer in time': '引擎没有及时响应',
      'the agent does not answer in time': '容器内的代理程序没有及时响应',
      'nothing is there': '那里什么也没有',
      'no permission to open it': '没有权限打开它',
      'nobody listens': '没有程序在监听',
      'no answer in time': '没有及时响应',
      'not a container engine: {detail}': '不是容器引擎：{detail}',
      'no engine listens at {engine}': '没有引擎在 {engine} 监听',
      '{engine} refuses connections': '{engine} 拒绝连接',
      'no permission to open {engine}': '没有权限打开 {engine}',
      'cannot reach {engine}: {detail}': '无法连接 {engine}：{detail}',
      'no encrypted connection to {engine}: {problem}': '无法与 {engine} 建立加密连接：{problem}',
      'what answers at {engine} is not a container engine: {detail}': '在 {engine} 响应的不是容器引擎：{detail}',
      '{engine} has no container {container}': '{engine} 上没有容器 {container}',
      '{engine} did not {call} within {} s': '{engine} 没有在 {} 秒内{call}',
      'the connection to {engine} broke while it was asked to {call}: {detail}':
        '与 {engine} 的连接在{call}时中断：{detail}',
      'cannot read {}: {source}': '无法读取 {}：{source}',
      'cannot write {}: {source}': '无法写入 {}：{source}',
      'Dev container config ({}) not found.': '找不到开发容器的配置（{}）。',
      'Dev container not found.': '找不到开发容器。',
      'The container {container} is {state}, not running.': '容器 {container} 没有运行（{state}）。',
      'The expected container does not exist.': '所需的容器不存在。',
      'no container engine answers': '没有容器引擎响应',
      'the configuration names dockerComposeFile, and Compose is not on this computer':
        '配置中写有 dockerComposeFile，而这台电脑上没有 Compose',
      'this environment is not kept': 'Wharf 没有维持这个环境的连接',
      'there is no container to start': '没有可以启动的容器',
      '{name} {} is older than {floor}, the oldest that Wharf is tested with':
        '{name} {} 低于 {floor}，这是 Wharf 测试过的最低版本',
    },

    calls: {
      'answer a ping': '响应',
      'describe itself': '提供自身信息',
      'list containers': '列出容器',
      'list volumes': '列出卷',
      'count what lies on its disk': '统计磁盘占用',
      'tell what happens': '报告事件',
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

    hints: {
      'Correct DOCKER_HOST or CONTAINER_HOST, or unset it to use the engine of this machine.':
        '请更正 DOCKER_HOST 或 CONTAINER_HOST，或取消设置，以使用这台电脑的引擎。',
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
      'Update it: what Wharf asks for may be missing.': '请更新它：Wharf 需要的功能可能缺失。',
    },

    progress: {
      '{} files and folders': '{} 个文件和文件夹',
      'Receiving objects': '正在接收对象',
      'Resolving deltas': '正在处理增量',
      'Updating files': '正在更新文件',
    },

    warnings: {
      'the option {name} has the value `{value}`, and the Template knows {}':
        '选项 {name} 的值是 `{value}`，而模板只提供 {}',
      'the Template has no devcontainer.json, so no Feature was added':
        '模板中没有 devcontainer.json，因此没有添加 Feature',
    },

    templates: {
      'A small Alpine system with git: quick to fetch, with musl in place of the usual C library.':
        '带有 git 的小型 Alpine 系统：下载很快，使用 musl 代替常见的 C 库。',
      'Release of Alpine': 'Alpine 版本',
      'GCC, Clang, CMake, Ninja and vcpkg.': 'GCC、Clang、CMake、Ninja 和 vcpkg。',
      System: '系统',
      'A Debian system with git and common command-line tools: for everything that needs no language of its own.':
        '带有 git 和常用命令行工具的 Debian 系统：适合不需要特定语言的一切工作。',
      'Release of Debian': 'Debian 版本',
      'The .NET SDK.': '.NET SDK。',
      'Version of .NET and release of Debian': '.NET 版本和 Debian 版本',
      'Go with its usual tools.': 'Go 及其常用工具。',
      'Version of Go and release of Debian': 'Go 版本和 Debian 版本',
      'A Java development kit with Maven or Gradle as you like.': 'Java 开发工具包，可以选择 Maven 或 Gradle。',
      'Version of Java and release of Debian': 'Java 版本和 Debian 版本',
      'Install Maven': '安装 Maven',
      'Install Gradle': '安装 Gradle',
      'Node.js with npm, yarn and nvm, for JavaScript.': '带有 npm、yarn 和 nvm 的 Node.js，用于 JavaScript。',
      'Version of Node.js and release of Debian': 'Node.js 版本和 Debian 版本',
      'PHP with Composer and Xdebug.': '带有 Composer 和 Xdebug 的 PHP。',
      'Version of PHP and release of Debian': 'PHP 版本和 Debian 版本',
      'Python 3 with pip and common tools.': '带有 pip 和常用工具的 Python 3。',
      'Version of Python and release of Debian': 'Python 版本和 Debian 版本',
      'Ruby with rbenv and Bundler.': '带有 rbenv 和 Bundler 的 Ruby。',
      'Version of Ruby and release of Debian': 'Ruby 版本和 Debian 版本',
      'Rust with rustup, Cargo, clippy, rustfmt and a debugger.':
        '带有 rustup、Cargo、clippy、rustfmt 和调试器的 Rust。',
      'Node.js and TypeScript': 'Node.js 和 TypeScript',
      'Node.js with npm, yarn, nvm and the TypeScript compiler.':
        '带有 npm、yarn、nvm 和 TypeScript 编译器的 Node.js。',
      'An Ubuntu system with git and common command-line tools.': '带有 git 和常用命令行工具的 Ubuntu 系统。',
      'Release of Ubuntu': 'Ubuntu 版本',
    },
  },
};
