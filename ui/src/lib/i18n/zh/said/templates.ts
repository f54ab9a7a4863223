/** What the program says of the Templates that come with Wharf: the names of products and their releases are the same everywhere. */
import type { Words } from '../../en/said';
import type { templates as said } from '../../en/said/templates';

export const templates: Words<typeof said> = {
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
    'Rust with rustup, Cargo, clippy, rustfmt and a debugger.': '带有 rustup、Cargo、clippy、rustfmt 和调试器的 Rust。',
    'Node.js and TypeScript': 'Node.js 和 TypeScript',
    'Node.js with npm, yarn, nvm and the TypeScript compiler.': '带有 npm、yarn、nvm 和 TypeScript 编译器的 Node.js。',
    'An Ubuntu system with git and common command-line tools.': '带有 git 和常用命令行工具的 Ubuntu 系统。',
    'Release of Ubuntu': 'Ubuntu 版本',
  },
};
