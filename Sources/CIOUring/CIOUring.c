#include "CIOUring.h"
