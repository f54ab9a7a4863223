/** What the program says of what needs consent, and what is told beside it. */
import type { Words } from '../../en/said';
import type { consent as said } from '../../en/said/consent';

export const consent: Words<typeof said> = {
  effects: {
    'It runs on this computer with your own rights, at every start.':
      '它会在每次启动时，以你自己的权限在这台电脑上运行。',
    "The container can use every GPU of the engine's machine.": '容器可以使用引擎所在机器的所有 GPU。',
    'Which files of this computer Compose reads because of it cannot be told from here.':
      '从这里无法得知 Compose 会因此读取这台电脑上的哪些文件。',
    'Compose reads this file of the host: what it holds can go into containers and builds.':
      'Compose 会读取主机上的这个文件：其内容可能进入容器和构建。',
    "The container has every right of root on the engine's machine, devices included.":
      '容器在引擎所在的机器上拥有 root 的全部权限，包括对设备的权限。',
    'The container has every capability that the kernel knows.': '容器拥有内核的全部权能。',
    'Programs in the container can look into each other, as debuggers do.':
      '容器中的程序可以像调试器那样查看彼此的内部。',
    'Among much else, the container can mount file systems; a way out of it is likely.':
      '除许多其他操作外，容器还可以挂载文件系统；很可能因此突破容器的隔离。',
    "The container can change its network's settings.": '容器可以更改自己的网络设置。',
    "The container can load modules into the kernel of the engine's machine.": '容器可以向引擎所在机器的内核加载模块。',
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
    'Every variable of the host that begins so goes into the container.': '主机上以此开头的所有环境变量都会进入容器。',
    'The build writes to this registry with your credentials.': '构建会用你的凭据写入这个镜像仓库。',
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
    "Wharf and other programs can take its container for another environment's.":
      'Wharf 和其他程序可能会把它的容器当作另一个环境的容器。',
    'The build can read every file in this folder.': '构建可以读取这个文件夹中的所有文件。',
    'The build can read this file of the host.': '构建可以读取主机上的这个文件。',
    "The build uses a network of the engine's machine.": '构建会使用引擎所在机器的网络。',
    'The build may do more than the builder allows by itself.': '构建可以做构建器默认不允许的事。',
    'The build can read this secret of the host.': '构建可以读取主机的这个机密。',
    'The build can use keys of your SSH agent.': '构建可以使用你的 SSH 代理中的密钥。',
    "The engine's protection is changed for the build.": '构建时，引擎的保护会被更改。',
    'The build reads or writes files in this folder of the host.': '构建会读取或写入主机上这个文件夹中的文件。',
    'The build gets the credentials for this cache that your environment holds.':
      '构建会得到你的环境中用于此缓存的凭据。',
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
    'A network with a driver or options of its own can let other computers reach its containers.':
      '带有自己的驱动或选项的网络可能让其他电脑访问其中的容器。',
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
    'The base image {base} is not pinned: what it holds can change.': '基础镜像 {base} 没有固定版本：其内容可能会变。',
    'The variable {name} of this computer flows in.': '这台电脑的环境变量 {name} 会传入。',
  },
};
