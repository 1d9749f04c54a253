#pragma once
#include <features.h>
#include <openssl/evp.h>
