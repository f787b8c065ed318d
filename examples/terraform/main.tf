# An application, the policy that says who may enter, and the service token that does. For version 5 of the provider.

terraform {
  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 5.0"
    }
  }
}

variable "latchkey_url" {
  description = "Where Latchkey is; http:// does for version 5 on this machine."
  type        = string
  default     = "http://127.0.0.1:3000"
}

variable "latchkey_token" {
  description = "A personal token of an administrator of the account."
  type        = string
  sensitive   = true
}

variable "account_id" {
  description = "The id of the account, which the first start prints."
  type        = string
}

provider "cloudflare" {
  base_url  = "${var.latchkey_url}/client/v4"
  api_token = var.latchkey_token
}

resource "cloudflare_zero_trust_access_service_token" "ci" {
  account_id = var.account_id
  name       = "CI/CD token"
  duration   = "8760h"

  # A rotation: raise the number, and give the old secret some time.
  client_secret_version = 1

  # A token that a policy names is not deleted (12139): the policy is changed before the token goes.
  lifecycle {
    create_before_destroy = true
  }
}

resource "cloudflare_zero_trust_access_policy" "services" {
  account_id = var.account_id
  name       = "Services"
  decision   = "non_identity"

  include = [{
    service_token = { token_id = cloudflare_zero_trust_access_service_token.ci.id }
  }]

  # A policy that an application has is not deleted either.
  lifecycle {
    create_before_destroy = true
  }
}

resource "cloudflare_zero_trust_access_application" "build" {
  account_id       = var.account_id
  name             = "Build server"
  type             = "self_hosted"
  domain           = "build.example.com"
  session_duration = "24h"

  policies = [{
    id         = cloudflare_zero_trust_access_policy.services.id
    precedence = 1
  }]
}

# For the rule of the proxy: app=...
output "application_id" {
  value = cloudflare_zero_trust_access_application.build.id
}

output "client_id" {
  value = cloudflare_zero_trust_access_service_token.ci.client_id
}

output "client_secret" {
  value     = cloudflare_zero_trust_access_service_token.ci.client_secret
  sensitive = true
}
