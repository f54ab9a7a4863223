<#
.SYNOPSIS
Installs the command line of Wharf @VERSION@ for this user: one file, checked against the checksums below.
.PARAMETER To
Where the program goes.
.PARAMETER WithDevcontainer
Also install it under the name devcontainer, which scripts and editors look for.
#>
param(
    [string]$To = (Join-Path $env:LOCALAPPDATA 'Programs\Wharf'),
    [switch]$WithDevcontainer
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$version = '@VERSION@'
$address = if ($env:WHARF_INSTALL_ADDRESS) { $env:WHARF_INSTALL_ADDRESS } else { '@ADDRESS@' }
$checksums = '@CHECKSUMS@'

# Windows on ARM runs this program too.
$name = "wharf-$version-x86_64-windows"
$package = "$name.zip"
$line = $checksums -split "`n" | Where-Object { ($_.Trim() -split '\s+')[1] -eq $package } | Select-Object -First 1
if (-not $line) { throw "Wharf $version has no package $package. Build it from source; README.md says how." }
$expected = ($line.Trim() -split '\s+')[0]

$alias = Join-Path $To 'devcontainer.exe'
$program = Join-Path $To 'wharf.exe'
if ($WithDevcontainer -and (Test-Path $alias)) {
    $ours = (Test-Path $program) -and ((Get-FileHash $alias).Hash -eq (Get-FileHash $program).Hash)
    if (-not $ours) { throw "$alias is there already and is not ours. Remove it, or leave out -WithDevcontainer." }
}

# A program that runs, as the one that forwards ports does in the background, can be moved away but not written over.
function Copy-Program([string]$From, [string]$Place) {
    if (Test-Path $Place) { Move-Item -Force $Place "$Place.$([IO.Path]::GetRandomFileName()).old" }
    Copy-Item $From $Place
    # What still runs is removed the next time.
    Remove-Item -Force -ErrorAction SilentlyContinue "$Place.*.old"
}

$temporary = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $temporary | Out-Null
try {
    $archive = Join-Path $temporary $package
    Write-Host "Loading $address/$package"
    try {
        Invoke-WebRequest -UseBasicParsing -Uri "$address/$package" -OutFile $archive
    } catch {
        throw "$address/$package cannot be loaded: $_ Look at the network connection and its proxy, then run this again."
    }
    $actual = (Get-FileHash -Algorithm SHA256 $archive).Hash.ToLowerInvariant()
    if ($actual -ne $expected) {
        throw "$package is not what was released: its checksum is $actual, not $expected. Nothing was installed."
    }
    Expand-Archive -Path $archive -DestinationPath $temporary
    New-Item -ItemType Directory -Force -Path $To | Out-Null
    Copy-Program (Join-Path $temporary "$name\wharf.exe") $program
    Write-Host "Installed wharf ${version}: $program"
    if ($WithDevcontainer) {
        # A copy, because a link needs rights that an ordinary user lacks.
        Copy-Program $program $alias
        Write-Host "Installed it as devcontainer too: $alias"
    }
    if (($env:PATH -split ';') -notcontains $To) {
        Write-Host "$To is not on your search path. Add it to Path in the settings, then start with 'wharf up'."
    } else {
        Write-Host "Start with 'wharf up' in a folder that has a .devcontainer."
    }
} finally {
    Remove-Item -Recurse -Force $temporary
}
