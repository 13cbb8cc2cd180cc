"""What the callbacks of 企业微信 applications and 公众号 share: signature, AES, XML, access token, passive replies."""
