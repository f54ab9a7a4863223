#!/bin/sh
set -e

cat > /usr/local/bin/greet << EOF
#!/bin/sh
echo "Hello, ${WHOM}"
EOF
chmod 0755 /usr/local/bin/greet
