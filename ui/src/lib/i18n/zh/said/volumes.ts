/** What the program says of workspaces in volumes. */
import type { Words } from '../../en/said';
import type { volumes as said } from '../../en/said/volumes';

export const volumes: Words<typeof said> = {
  problems: {
    '{} is a link that leads out of the volume': '{} 是指向卷之外的链接',
    'not copied, since you may not read it: {}{more}': '没有复制，因为你没有读取权限：{}{more}',
    'it could not be copied to look into it: {source}': '无法复制它以查看内容：{source}',
    'it could not be read: {error}': '无法读取它：{error}',
    'git cannot read it: {why}': 'git 无法读取它：{why}',
    'the engine has no volume {name}': '引擎中没有卷 {name}',
    'nothing has been cloned from {} on this engine': '这个引擎上没有从 {} 克隆的内容',
    '{} has been cloned more than once: {}': '{} 已克隆多次：{}',
    'the volume {} does not say which workspace it holds': '卷 {} 没有说明其中是哪个工作区',
    'the copy from before is opened: what has changed in {} since is not in it':
      '打开的是之前的副本：其中没有 {} 此后的更改',
    '{folder} is no folder in the repository': '{folder} 不是仓库中的文件夹',
    'not every submodule could be cloned: {}': '有子模块无法克隆：{}',
    'it holds more than {} MB': '其中的内容超过 {} MB',
  },
  actions: {
    'make a folder in': '创建文件夹于',
  },
  causes: {
    '{branch:?} cannot be the name of a branch': '{branch} 不能作为分支名',
    'it has no folder {}': '其中没有文件夹 {}',
    'git gave no reason': 'git 没有给出原因',
    'it asks who you are, and git has no answer': '它要求身份验证，而 git 没有凭据',
    'it has no branch or tag {branch}': '其中没有分支或标签 {branch}',
    'there is no such repository, or it is not shown to you': '没有这个仓库，或你无权查看',
    'its host is not known': '找不到它的主机',
    'its host is not one that ssh trusts': 'ssh 不信任它的主机',
    'its host does not answer as it should': '它的主机没有正常响应',
    'the disk of this computer is full': '这台电脑的磁盘已满',
    'git may not use this way to reach it': 'git 不能使用这种方式访问它',
    'git failed': 'git 失败',
    'this kind of address starts a program on this computer': '这种地址会在这台电脑上启动程序',
    'this is no address of a repository': '这不是仓库的地址',
    'it lies on this computer': '它在这台电脑上',
    '{scheme}:// is not a way to reach a repository': '不能用 {scheme}:// 访问仓库',
  },
  more: {
    ' and {more} more': '，以及另外 {more} 项',
  },
  hints: {
    'put the file itself in its place': '请换成文件本身',
    'make it readable and copy again, or go without it': '请让它可读后重新复制，或不使用它',
    '`wharf list` shows what there is; `wharf up <url>` clones a repository into one':
      '`wharf list` 会显示现有的内容；`wharf up <url>` 会将仓库克隆到卷中',
    '`wharf up {}` clones it': '`wharf up {}` 会克隆它',
    'name the one that is meant': '请指定要使用的那一个',
    'only volumes made by `wharf up <url>`, `wharf up --volume` or Visual Studio Code can be opened':
      '只能打开由 `wharf up <url>`、`wharf up --volume` 或 Visual Studio Code 创建的卷',
    'to copy again, remove it first: `wharf down {} --volumes`': '要重新复制，请先删除它：`wharf down {} --volumes`',
    'name it from the top of the repository, such as `server/api`': '请从仓库的顶层开始指定，例如 `server/api`',
    '`git submodule update --init` in the environment tries again': '在环境中运行 `git submodule update --init` 会重试',
    'log in so that `git ls-remote` of it works, with a credential helper or an ssh key; wharf uses the same':
      '请用凭据助手或 ssh 密钥登录，使 `git ls-remote` 可以访问它；wharf 使用相同的方式',
    '`git ls-remote` shows what it has': '`git ls-remote` 会显示其中的内容',
    'look whether the address is right; a private one needs a login that git knows':
      '请检查地址是否正确；私有仓库需要 git 已知的登录信息',
    'look whether the address is right': '请检查地址是否正确',
    'connect to it once with `ssh`, which shows its key and asks': '请用 `ssh` 连接一次，它会显示密钥并询问',
    'look at the network connection and its proxy': '请检查网络连接及其代理',
    'a clone needs room here until it is in the volume; --depth 1 needs less':
      '克隆的内容在放入卷之前需要占用这里的空间；--depth 1 需要的空间较少',
    'an address looks like https://host/path/name.git or user@host:path/name.git':
      '地址的形式是 https://host/path/name.git 或 user@host:path/name.git',
    '`wharf up --volume <folder>` copies a folder into a volume': '`wharf up --volume <folder>` 会将文件夹复制到卷中',
  },
  progress: {
    '{} files and folders': '{} 个文件和文件夹',
    'Receiving objects': '正在接收对象',
    'Resolving deltas': '正在处理增量',
    'Updating files': '正在更新文件',
  },
};
