/** What the program says of the text of a configuration. */
import type { Words } from '../../en/said';
import type { configuration as said } from '../../en/said/configuration';

export const configuration: Words<typeof said> = {
  problems: {
    'Dev container config ({}) must contain a JSON object literal.': '开发容器的配置（{}）必须是一个 JSON 对象。',
    'nesting is deeper than {MAXIMUM_DEPTH} levels': '嵌套超过 {MAXIMUM_DEPTH} 层',
    'a string cannot go on behind the end of a line': '字符串不能跨行',
    'expected a comma': '这里应有逗号',
    "expected a colon after the property's name": '属性名后应有冒号',
    'expected a value after the colon': '冒号后应有值',
    "expected a property's name in double quotes": '这里应有用双引号括起的属性名',
    'single quotes do not make a string': '单引号不能表示字符串',
    'expected a value, but found a bare word': '这里应有值，但只有一个没有引号的词',
    'a closing brace does not belong here': '这里不应有右花括号',
    'a closing bracket does not belong here': '这里不应有右方括号',
    'a colon does not belong here': '这里不应有冒号',
    'a comma does not belong here': '这里不应有逗号',
    'this does not belong here': '这里不应有此内容',
    'this array is never closed': '这个数组没有闭合',
    'this object is never closed': '这个对象没有闭合',
    'this comment is never closed': '这个注释没有闭合',
    "the text goes on after the object's end": '对象结束后还有内容',
    'nesting is too deep': '嵌套过深',
    '`{property}` is written twice; only this one counts': '`{property}` 写了两次；只有这一处生效',
    '`{}` must be {expected}, but is {}': '`{}` 必须是{expected}，但现在是{}',
    '`{}` must be a whole number of at least 1, but is {written}': '`{}` 必须是不小于 1 的整数，但现在是{written}',
    '`{}` must be one of {allowed}, but is "{text}"': '`{}` 必须是 {allowed} 之一，但现在是 "{text}"',
    '`{}` is not a known property and is ignored': '`{}` 不是已知的属性，已忽略',
    '`{property}` must be a size, but is "{text}"': '`{property}` 必须是大小，但现在是 "{text}"',
    '`{property}` must be a size in a string, but is {}': '`{property}` 必须是字符串形式的大小，但现在是{}',
    '`{}` is not the name of an environment variable': '`{}` 不是环境变量的名称',
    '`{}` must be {EXPECTED}, but is "{text}"': '`{}` 必须是{EXPECTED}，但现在是 "{text}"',
    '`{}` must be {expected}, but is {value}': '`{}` 必须是{expected}，但现在是 {value}',
    '`{}` does not say where to mount': '`{}` 没有说明挂载到哪里',
    '`{}` lacks `{required}`': '`{}` 缺少 `{required}`',
    '`{}` means no port and is ignored': '`{}` 不指向任何端口，已忽略',
    'Write a port (3000), a range (3000-3010), a host and its port (db:5432), or a regular expression for command lines without lookaround and backreferences':
      '请写端口（3000）、范围（3000-3010）、主机及其端口（db:5432），或匹配命令行的正则表达式（不含环视和反向引用）',
    '`{property}` has no effect {why}': '`{property}` 不起作用：{why}',
    'the label `{LABEL}` of {image} is {} and is ignored': '{image} 的标签 `{LABEL}` 是{}，已忽略',
    'the label `{LABEL}` of {image} is not JSON and is ignored: {error}':
      '{image} 的标签 `{LABEL}` 不是 JSON，已忽略：{error}',
    '`{property}` of {image} is {} and is ignored': '{image} 的 `{property}` 是{}，已忽略',
    '{}; {image} says so, and it is ignored': '{}；这来自 {image}，已忽略',
    '{} is not an object': '{} 不是对象',
    'No dev container config and no workspace found.': '没有找到开发容器的配置，也没有找到工作区。',
    'Dev container config (vscode-fileHost:{}) is missing one of "image", "dockerFile" or "dockerComposeFile" properties.':
      '开发容器的配置（vscode-fileHost:{}）缺少 "image"、"dockerFile" 或 "dockerComposeFile" 属性。',
    'No image information specified in devcontainer.json.': 'devcontainer.json 中没有指定镜像。',
    "'{variable}' in {file} can not be resolved because no environment variable name is given.":
      "无法解析 {file} 中的 '{variable}'，因为没有给出环境变量的名称。",
    'Error parsing Dockerfile: Dockerfile contains no FROM instructions': '无法解析 Dockerfile：其中没有 FROM 指令',
    'Error parsing Dockerfile: failed to parse final FROM line': '无法解析 Dockerfile：最后一个 FROM 行无效',
    'the text has {length} bytes, more than the {LONGEST} that are read':
      '文本有 {length} 字节，超过可读取的 {LONGEST} 字节',
    '`extends` must name a file, or several files in an array': '`extends` 必须指定一个文件，或用数组指定多个文件',
    'Legacy feature \'{reference}\' not supported. Please check https://containers.dev/features for replacements.\nIf you were hoping to use local Features, remember to prepend your Feature name with "./". Please check https://containers.dev/implementors/features-distribution/#addendum-locally-referenced for more information.':
      '不支持旧式 Feature \'{reference}\'。请在 https://containers.dev/features 查找替代项。\n如果要使用本地 Feature，请在名称前加上 "./"。更多信息请参阅 https://containers.dev/implementors/features-distribution/#addendum-locally-referenced。',
    "overrideFeatureInstallOrder names '{entry}', which is none of the Features that are installed":
      "overrideFeatureInstallOrder 中的 '{entry}' 不是任何要安装的 Feature",
    'the Feature {name} is deprecated: it will not receive any further updates':
      'Feature {name} 已弃用：它不会再得到更新',
    'the Feature {name} has been renamed: put "{current}" into devcontainer.json':
      'Feature {name} 已改名：请在 devcontainer.json 中写作 "{current}"',
    "the Feature '{reference}' is not a URL: {reason}": "Feature '{reference}' 不是 URL：{reason}",
    "the Feature '{reference}' must end in devcontainer-feature-<id>.tgz, with an id of letters, digits, `-` and `_`":
      "Feature '{reference}' 必须以 devcontainer-feature-<id>.tgz 结尾，其中 id 由字母、数字、`-` 和 `_` 组成",
    "the Feature '{reference}' is an absolute path, and a local Feature is named relative to its configuration":
      "Feature '{reference}' 是绝对路径，而本地 Feature 要用相对于配置的路径指定",
    "the Feature '{reference}' lies at {folder}, and a local Feature must lie in {allowed}":
      "Feature '{reference}' 位于 {folder}，而本地 Feature 必须位于 {allowed}",
    "the Feature '{reference}' has the digest '{digest}', and a digest is `sha256:` and 64 hexadecimal digits":
      "Feature '{reference}' 的摘要是 '{digest}'，而摘要由 `sha256:` 和 64 位十六进制数字组成",
    "the Feature '{reference}' has the version '{tag}', and a version is up to 128 letters, digits, `.`, `_` and `-`":
      "Feature '{reference}' 的版本是 '{tag}'，而版本最多由 128 个字母、数字、`.`、`_` 和 `-` 组成",
    "the Feature '{reference}' has the path '{path}', and a registry has <namespace>/<id> of letters, digits, `.`, `_` and `-`":
      "Feature '{reference}' 的路径是 '{path}'，而注册表中的路径是 <namespace>/<id>，由字母、数字、`.`、`_` 和 `-` 组成",
    "the Feature '{reference}' names no registry, URL or folder": "Feature '{reference}' 没有指定注册表、URL 或文件夹",
    '{error}{}': '{error}{}',
    "The Feature '{}' wants to be installed after '{dependency}', which is ignored: {error}":
      "Feature '{}' 要求在 '{dependency}' 之后安装，已忽略：{error}",
    'the Features wait for each other: {}': '这些 Feature 互相等待：{}',
    "Feature '{entry}' in 'overrideFeatureInstallOrder' could not be processed.":
      "无法处理 'overrideFeatureInstallOrder' 中的 Feature '{entry}'。",
    "The Feature '{user_id}' does not know the option '{name}'.{meant}":
      "Feature '{user_id}' 没有选项 '{name}'。{meant}",
    "The option '{name}' of the Feature '{user_id}' is '{text}', and it knows {allowed}.":
      "选项 '{name}' 的值是 '{text}'，而 Feature '{user_id}' 只提供 {allowed}。",
    "The Feature '{user_id}' has no option 'version', so '{version}' has no effect.":
      "Feature '{user_id}' 没有选项 'version'，因此 '{version}' 不起作用。",
    "(!) WARNING: Using the deprecated '{id}' Feature. See https://github.com/devcontainers/features/tree/main/src/{current}#example-usage for the updated Feature.":
      "(!) 警告：正在使用已弃用的 Feature '{id}'。更新后的 Feature 请参阅 https://github.com/devcontainers/features/tree/main/src/{current}#example-usage。",
    "(!) WARNING: Using the deprecated '{name}' Feature. It is now part of the '{current}' Feature. See https://github.com/devcontainers/features/tree/main/src/{current}#options for the updated Feature.":
      "(!) 警告：正在使用已弃用的 Feature '{name}'。它现在是 Feature '{current}' 的一部分。更新后的 Feature 请参阅 https://github.com/devcontainers/features/tree/main/src/{current}#options。",
    'the lockfile is not JSON: {reason}': '锁定文件不是 JSON：{reason}',
    "the lockfile's `{property}` must be {expected}": '锁定文件的 `{property}` 必须是{expected}',
  },
  lockfiles: {
    'the lockfile is not JSON: {reason}': '锁定文件不是 JSON：{reason}',
    "the lockfile's `{property}` must be {expected}": '锁定文件的 `{property}` 必须是{expected}',
  },
  dependents: {
    "; the Feature '{id}' depends on it": "；Feature '{id}' 依赖它",
  },
  suggestions: {
    " Did you mean '{name}'?": "你是指 '{name}' 吗？",
  },
  authors: {
    'the configuration': '配置',
  },
  conditions: {
    'with `dockerComposeFile`': '使用了 `dockerComposeFile`',
    'with `dockerComposeFile`; the Compose file says how to build':
      '使用了 `dockerComposeFile`；如何构建由 Compose 文件决定',
    'without `dockerComposeFile`': '没有 `dockerComposeFile`',
    'because a Dockerfile is given': '已指定 Dockerfile',
    'without `dockerfile`': '没有 `dockerfile`',
    'because `image` is given': '已指定 `image`',
    'without `dockerFile`; use `build.context`': '没有 `dockerFile`；请使用 `build.context`',
  },
  forms: {
    'a string': '字符串',
    'a string or null': '字符串或 null',
    'true or false': 'true 或 false',
    'an array of strings': '字符串数组',
    'a string or an array of strings': '字符串或字符串数组',
    'an object': '对象',
    'an array': '数组',
    'a boolean': '布尔值',
    'a number': '数字',
    null: 'null',
    'one of {allowed}': '{allowed} 之一',
    'true, false, "optional" or an object': 'true、false、"optional" 或对象',
    'a string, an array of strings or an object of these': '字符串、字符串数组，或由它们组成的对象',
    'a port from 0 to 65535 or a string such as "db:5432"': '0 到 65535 之间的端口，或字符串，例如 "db:5432"',
    'a port from 0 to 65535 or a string such as "8000:8010"': '0 到 65535 之间的端口，或字符串，例如 "8000:8010"',
    'a string or an object': '字符串或对象',
  },
  lists: {
    '{} or {last}': '{} 或 {last}',
  },
  hints: {
    'Write the configuration as one object: { "image": "debian" }': '请将配置写成一个对象：{ "image": "debian" }',
    'A configuration is never this deep; look for a bracket that was meant to close here':
      '配置不会有这么深；请查找本应在这里闭合的括号',
    'Write \\n where the line should end': '请在应换行的地方写 \\n',
    'Put a comma between this value and the next': '请在这个值和下一个值之间加逗号',
    'Write it as "name": value': '请写成 "name": value',
    'Use double quotes': '请使用双引号',
    'Put text in double quotes': '请将文本放入双引号中',
    'Look before it for a missing value or an open [': '请检查它前面是否缺少值，或有未闭合的 [',
    'Look before it for a missing value or an open {': '请检查它前面是否缺少值，或有未闭合的 {',
    'Add the missing ]': '请补上缺少的 ]',
    'Add the missing }': '请补上缺少的 }',
    'Add the missing */': '请补上缺少的 */',
    'The first one is on line {}; remove one of them': '第一处在第 {} 行；请删除其中一处',
    'Put it in quotes: "{value}"': '请加上引号："{value}"',
    'Write {text} without quotes': '请写 {text}，不加引号',
    'Write each word as an element: ["first", "second"]': '请将每个词写成一个元素：["first", "second"]',
    'Remove it to keep the default': '删除它即可使用默认值',
    'Did you mean "{name}"?': '你是指 "{name}" 吗？',
    'Did you mean `{name}`?': '你是指 `{name}` 吗？',
    'Write a number of bytes, or a number with kb, mb, gb or tb, such as "8gb"':
      '请写字节数，或带有 kb、mb、gb 或 tb 的数字，例如 "8gb"',
    'Use letters, digits and underscores, and no digit first': '请使用字母、数字和下划线，且不以数字开头',
    'Write {port} without quotes': '请写 {port}，不加引号',
    'Add target=/path/in/the/container': '请添加 target=/path/in/the/container',
    'Add it, such as {example}': '请添加它，例如 {example}',
    'Name the folder with `--workspace-folder`, or the configuration with `--config`':
      '请用 `--workspace-folder` 指定文件夹，或用 `--config` 指定配置',
    'Add `image` with the name of an image, `build.dockerfile` with a Dockerfile, or `dockerComposeFile` and `service`':
      '请添加 `image` 并写上镜像的名称，或添加 `build.dockerfile` 并写上 Dockerfile，或添加 `dockerComposeFile` 和 `service`',
    'Name a variable: {}:NAME}': '请指定环境变量的名称：{}:NAME}',
    'Name a file beside this one: "./base.json"': '请指定这个文件旁边的文件："./base.json"',
    'Restore the lockfile from version control, or remove it to have it written anew':
      '请从版本控制中恢复锁定文件，或删除它以重新写入',
    'Remove one of them, or ask its author to drop the dependency': '请删除其中一个，或请其作者去掉这个依赖',
    'Use the address of the archive itself: https://host/devcontainer-feature-<id>.tgz':
      '请使用压缩包本身的地址：https://host/devcontainer-feature-<id>.tgz',
    "Move the Feature into .devcontainer, and name it from the configuration's folder: ./<feature>":
      '请将 Feature 移到 .devcontainer 中，并用相对于配置文件夹的路径指定它：./<feature>',
    'Write a version after a colon: {bare}:1': '请在冒号后写版本：{bare}:1',
    'Write <registry>/<namespace>/<id>:<version>, such as ghcr.io/devcontainers/features/node:1':
      '请写 <registry>/<namespace>/<id>:<version>，例如 ghcr.io/devcontainers/features/node:1',
  },
};
