#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'effects-too' >> /tmp/facts/order
echo "EFFECTS=[$EFFECTS] SECOND=[$SECOND] QUOTED=[$QUOTED]" >> /tmp/facts/effects-too
printf '#!/bin/sh\necho effects-too >> /tmp/facts/entered\n' > /usr/local/share/effects-too-entry
chmod +x /usr/local/share/effects-too-entry
