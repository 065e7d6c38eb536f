#include "predict/stiff.h"

#ifdef HAS_CVODE

#include "base/memory.h"

#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#define RELATIVE 1e-7
#define ABSOLUTE 1e-9
#define STEPS_MOST 20000 // of one move

struct stiff {
    int count;
    SUNContext context;
    void *cvode;
    N_Vector x;
    SUNMatrix jacobian;
    SUNLinearSolver solver;
    bool is_begun; // CVodeInit was called
    double from;   // times are counted from there: those of the clock are large, steps are small
    integrand *f;
    void *f_context;
};

static void say_nothing(int code, const char *module, const char *function, char *message,
                        void *context) {
    (void)code, (void)module, (void)function, (void)message, (void)context; // the code tells
}

struct stiff *stiff_new(int count) {
    struct stiff *stiff = xcalloc(1, sizeof *stiff);
    stiff->count = count;
    if (SUNContext_Create(NULL, &stiff->context) != 0) {
        free(stiff);
        return NULL;
    }
    stiff->x = N_VNew_Serial(count, stiff->context);
    stiff->jacobian = SUNDenseMatrix(count, count, stiff->context);
    stiff->solver = SUNLinSol_Dense(stiff->x, stiff->jacobian, stiff->context);
    stiff->cvode = CVodeCreate(CV_BDF, stiff->context);
    CVodeSetErrHandlerFn(stiff->cvode, say_nothing, NULL);
    return stiff;
}

void stiff_free(struct stiff *stiff) {
    if (!stiff) return;
    CVodeFree(&stiff->cvode);
    SUNLinSolFree(stiff->solver);
    SUNMatDestroy(stiff->jacobian);
    N_VDestroy(stiff->x);
    SUNContext_Free(&stiff->context);
    free(stiff);
}

static int derive(realtype t, N_Vector x, N_Vector dx, void *context) {
    const struct stiff *stiff = context;
    if (!stiff->f(stiff->f_context, stiff->from + t, N_VGetArrayPointer(x), N_VGetArrayPointer(dx)))
        return -1;
    double sum = 0;
    for (int i = 0; i < stiff->count; i++)
        sum += N_VGetArrayPointer(dx)[i] * 0;
    return sum == 0 ? 0 : 1; // no number: CVODE tries a shorter step
}

static bool begin(struct stiff *stiff, double to) {
    if (stiff->is_begun) {
        if (CVodeReInit(stiff->cvode, 0, stiff->x) != CV_SUCCESS) return false;
    } else if (CVodeInit(stiff->cvode, derive, 0, stiff->x) != CV_SUCCESS ||
               CVodeSStolerances(stiff->cvode, RELATIVE, ABSOLUTE) != CV_SUCCESS ||
               CVodeSetUserData(stiff->cvode, stiff) != CV_SUCCESS ||
               CVodeSetLinearSolver(stiff->cvode, stiff->solver, stiff->jacobian) != CV_SUCCESS ||
               CVodeSetMaxNumSteps(stiff->cvode, STEPS_MOST) != CV_SUCCESS) {
        return false;
    }
    stiff->is_begun = true;
    return CVodeSetStopTime(stiff->cvode, to) == CV_SUCCESS;
}

enum integrate_end stiff_move(struct stiff *stiff, struct integrator *integrator, double t,
                              integrand *f, void *context, double *x) {
    double *own = N_VGetArrayPointer(stiff->x);
    size_t size = sizeof *own * (size_t)stiff->count;
    stiff->f = f;
    stiff->f_context = context;
    if (integrator->to < t) {
        double reached;
        memcpy(own, integrator->x, size);
        stiff->from = integrator->to;
        if (!begin(stiff, t - integrator->to)) return INTEGRATE_TOO_STIFF;
        int code = CVode(stiff->cvode, t - integrator->to, stiff->x, &reached, CV_NORMAL);
        if (code == CV_RHSFUNC_FAIL) return INTEGRATE_STOPPED;
        if (code == CV_FIRST_RHSFUNC_ERR || code == CV_REPTD_RHSFUNC_ERR ||
            code == CV_UNREC_RHSFUNC_ERR)
            return INTEGRATE_BLOWN_UP;
        if (code < 0) return INTEGRATE_TOO_STIFF;
        integrator_begin(integrator, stiff->count, t, own);
    }
    memcpy(x, integrator->x, size);
    return INTEGRATE_GOOD;
}

#else

#include <stddef.h>

struct stiff *stiff_new(int count) {
    (void)count;
    return NULL;
}

void stiff_free(struct stiff *stiff) {
    (void)stiff;
}

enum integrate_end stiff_move(struct stiff *stiff, struct integrator *integrator, double t,
                              integrand *f, void *context, double *x) {
    (void)stiff, (void)integrator, (void)t, (void)f, (void)context, (void)x;
    return INTEGRATE_TOO_STIFF;
}

#endif
