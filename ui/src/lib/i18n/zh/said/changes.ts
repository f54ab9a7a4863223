/** What the program says of what differs between what is wanted and what is there. */
import type { Words } from '../../en/said';
import type { changes as said } from '../../en/said/changes';

export const changes: Words<typeof said> = {
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
};
